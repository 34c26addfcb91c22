// SPDX-License-Identifier: Apache-2.0

/// Every limit of the wire: sizes in bytes, times in seconds. The table in docs/protocol.md is tested against these defaults.
package struct WireLimits: Sendable, Equatable {
    // MARK: Frames and messages

    /// Largest frame, without its length field: a request with its largest body.
    package var maxFrameBytes = 8 * 1024 * 1024 + 4096
    /// Largest payload of a kind without large fields, and of an unknown kind.
    package var maxControlBytes = 8192
    /// Longest agent profile in hello.
    package var maxProfileBytes = 64 * 1024
    /// Longest reason given in words.
    package var maxTextBytes = 1024
    /// Longest software, peer or enrolment name.
    package var maxNameBytes = 128
    /// Most blobs in one piece of work.
    package var maxBlobsPerWork = 64
    /// Longest body of a piece of work.
    package var maxWorkBodyBytes = 1024 * 1024
    /// Longest enrolment secret.
    package var maxSecretBytes = 64
    /// Longest certificate signing request.
    package var maxSigningRequestBytes = 16 * 1024
    /// Longest certificate chain in PEM.
    package var maxCertificateBytes = 32 * 1024
    /// Longest verb of a request.
    package var maxVerbBytes = 64
    /// Longest body of a request.
    package var maxRequestBytes = 8 * 1024 * 1024
    /// Longest body of one response message; longer answers come in several.
    package var maxResponsePieceBytes = 256 * 1024
    /// Longest answer to a request, all its messages together.
    package var maxResponseBytes = 64 * 1024 * 1024

    // MARK: Transfers

    /// Data in one chunk of a transfer.
    package var chunkBytes = 256 * 1024
    /// Largest blob that is downloaded.
    package var maxBlobBytes = 1024 * 1024 * 1024
    /// Largest upload.
    package var maxUploadBytes = 512 * 1024 * 1024
    /// Uploads under way on one connection.
    package var maxUploads = 4
    /// Downloads under way on one connection.
    package var maxDownloads = 8
    /// Requests under way on one connection.
    package var maxRequests = 16

    // MARK: Parcels

    /// Largest encoded parcel.
    package var maxParcelBytes = 512 * 1024 * 1024
    /// Most scalars in a parcel.
    package var maxScalars = 1024
    /// Most tensors in a parcel.
    package var maxTensors = 4096
    /// Longest name of a tensor or scalar.
    package var maxTensorNameBytes = 128
    /// Most values in one tensor.
    package var maxTensorValues = 64 * 1024 * 1024
    /// Most values in all tensors of a parcel together.
    package var maxParcelValues = 128 * 1024 * 1024
    /// Largest ratio of inflated to deflated size; Huffman coding alone cannot pass 8.
    package var maxInflationRatio = 16

    // MARK: Time

    /// From connection to the end of hello and welcome; as long again for an anonymous peer's enrolment.
    package var handshakeSeconds = 10.0
    /// Silence after which a ping is sent; the coordinator's value is told in welcome.
    package var heartbeatSeconds = 15.0
    /// Unanswered pings after which the connection is closed.
    package var missedHeartbeats = 3
    /// A write that makes no progress for this long ends the connection.
    package var writeStallSeconds = 30.0

    // MARK: Connections

    /// Connections in total.
    package var maxConnections = 16_384
    /// Connections from one address.
    package var maxConnectionsPerAddress = 1024
    /// Connections that have not finished their handshake.
    package var maxUnauthenticated = 256
    /// Bytes waiting to be written on one connection; more ends it.
    package var maxOutboundQueueBytes = 16 * 1024 * 1024
    /// Connections accepted at one wake-up.
    package var maxAcceptsPerWakeUp = 64
    /// Shortest pause after accepting failed.
    package var minAcceptPauseSeconds = 0.01
    /// Longest pause after accepting failed.
    package var maxAcceptPauseSeconds = 1.0
    /// Bytes spooled for uploads of one daemon.
    package var maxSpoolBytes = 16 * 1024 * 1024 * 1024

    package init() {}
}
