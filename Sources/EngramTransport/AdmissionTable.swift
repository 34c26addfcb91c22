// SPDX-License-Identifier: Apache-2.0

/// Counts a server's connections against its caps; pure.
struct AdmissionTable: Sendable {
    let maxConnections: Int
    let maxPerAddress: Int
    let maxUnauthenticated: Int
    private(set) var connections = 0
    private(set) var unauthenticated = 0
    private var perAddress: [String: Int] = [:]

    init(maxConnections: Int, maxPerAddress: Int, maxUnauthenticated: Int) {
        self.maxConnections = maxConnections
        self.maxPerAddress = maxPerAddress
        self.maxUnauthenticated = maxUnauthenticated
    }

    /// Lets a fresh connection in, as unauthenticated, or says why not.
    mutating func admit(_ host: String) throws(TransportError) {
        guard connections < maxConnections else { throw .tooManyConnections(limit: maxConnections) }
        guard unauthenticated < maxUnauthenticated else { throw .tooManyUnauthenticated(limit: maxUnauthenticated) }
        let count = perAddress[host, default: 0]
        guard count < maxPerAddress else { throw .tooManyFromAddress(host, limit: maxPerAddress) }
        connections += 1
        unauthenticated += 1
        perAddress[host] = count + 1
    }

    /// The connection has shown a certificate.
    mutating func authenticate() { unauthenticated -= 1 }

    mutating func leave(_ host: String, wasAuthenticated: Bool) {
        connections -= 1
        if !wasAuthenticated { unauthenticated -= 1 }
        let count = perAddress[host, default: 1] - 1
        perAddress[host] = count > 0 ? count : nil
    }
}
