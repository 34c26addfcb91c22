// SPDX-License-Identifier: Apache-2.0

/// The closed list of messages, by the number in the frame header.
package enum MessageKind: UInt8, Sendable, CaseIterable {
    case hello = 1
    case welcome = 2
    case refuse = 3
    case ping = 4
    case pong = 5
    case goodbye = 6
    case work = 16
    case withdraw = 17
    case fetch = 32
    case offer = 33
    case resume = 34
    case chunk = 35
    case receipt = 36
    case enrol = 48
    case enrolled = 49
    case request = 64
    case response = 65

    /// Whether the message belongs to a stream: a number other than zero in the header.
    package var isOnStream: Bool {
        switch self {
        case .fetch, .offer, .resume, .chunk, .receipt, .request, .response: true
        case .hello, .welcome, .refuse, .ping, .pong, .goodbye, .work, .withdraw, .enrol, .enrolled: false
        }
    }

    /// Whether the flag *last* may be set.
    package var mayBeLast: Bool { self == .chunk || self == .response }

    /// The largest payload, checked as soon as the header of a frame has arrived.
    package func maxPayloadBytes(_ limits: WireLimits) -> Int {
        // The fixed and short fields of any message fit in maxControlBytes; blobs take 106 bytes at most.
        switch self {
        case .hello: limits.maxProfileBytes + limits.maxControlBytes
        case .work: limits.maxWorkBodyBytes + limits.maxBlobsPerWork * 128 + limits.maxControlBytes
        case .chunk: limits.chunkBytes
        case .enrol: limits.maxSigningRequestBytes + limits.maxControlBytes
        case .enrolled: 2 * limits.maxCertificateBytes + limits.maxControlBytes
        case .request: limits.maxRequestBytes + 1024
        case .response: limits.maxResponsePieceBytes + 2
        case .welcome, .refuse, .ping, .pong, .goodbye, .withdraw, .fetch, .offer, .resume, .receipt: limits.maxControlBytes
        }
    }
}
