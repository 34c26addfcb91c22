// SPDX-License-Identifier: Apache-2.0

extension Message {
    /// The first message of every client.
    package struct Hello: Equatable, Sendable {
        package var minVersion: UInt8
        package var maxVersion: UInt8
        /// Name and version of the program, for logs.
        package var software: String
        /// JSON that says what the agent's shard looks like; empty for operators.
        package var profile: [UInt8]

        package init(minVersion: UInt8, maxVersion: UInt8, software: String, profile: [UInt8]) {
            self.minVersion = minVersion
            self.maxVersion = maxVersion
            self.software = software
            self.profile = profile
        }
    }

    /// The coordinator's answer to hello.
    package struct Welcome: Equatable, Sendable {
        /// The version that both sides speak from now on.
        package var version: UInt8
        /// Silence after which either side sends a ping.
        package var heartbeatMillis: UInt32
        /// The name by which the coordinator knows the client: that of its certificate.
        package var peerName: String
        /// Seconds since 1970 on the coordinator's clock.
        package var serverTimeSeconds: Double

        package init(version: UInt8, heartbeatMillis: UInt32, peerName: String, serverTimeSeconds: Double) {
            self.version = version
            self.heartbeatMillis = heartbeatMillis
            self.peerName = peerName
            self.serverTimeSeconds = serverTimeSeconds
        }
    }

    /// Why the connection is about to be closed.
    package struct Refusal: Equatable, Sendable {
        package var code: RefusalCode
        /// For people; clipped to the limit when sent.
        package var text: String

        package init(code: RefusalCode, text: String) {
            self.code = code
            self.text = text
        }
    }

    /// A request for a certificate.
    package struct Enrolment: Equatable, Sendable {
        /// The secret of an enrolment token; empty to renew the certificate of this connection.
        package var secret: [UInt8]
        /// The name asked for.
        package var name: String
        /// PKCS #10 in DER.
        package var signingRequest: [UInt8]

        package init(secret: [UInt8], name: String, signingRequest: [UInt8]) {
            self.secret = secret
            self.name = name
            self.signingRequest = signingRequest
        }
    }

    /// The answer to an enrolment.
    package struct Certificates: Equatable, Sendable {
        package var certificatePEM: String
        package var authorityPEM: String

        package init(certificatePEM: String, authorityPEM: String) {
            self.certificatePEM = certificatePEM
            self.authorityPEM = authorityPEM
        }
    }

    /// Something that an operator wants done or told.
    package struct Request: Equatable, Sendable {
        /// A number of the client's choice, not in use.
        package var stream: UInt32
        package var verb: String
        /// JSON.
        package var body: [UInt8]

        package init(stream: UInt32, verb: String, body: [UInt8]) {
            self.stream = stream
            self.verb = verb
            self.body = body
        }
    }

    /// A piece of the answer to a request.
    package struct Response: Equatable, Sendable {
        package var stream: UInt32
        /// As in HTTP.
        package var status: UInt16
        package var isLast: Bool
        package var body: [UInt8]

        package init(stream: UInt32, status: UInt16, isLast: Bool, body: [UInt8]) {
            self.stream = stream
            self.status = status
            self.isLast = isLast
            self.body = body
        }
    }
}
