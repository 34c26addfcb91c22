// SPDX-License-Identifier: Apache-2.0
package import EngramFederation

/// What the status server takes upon itself: every size, count and time of the HTTP side.
package struct StatusLimits: Equatable, Sendable {
    /// Open connections; further ones wait in the system's queue.
    package var connections = 64
    package var backlog = 64
    /// Clients of `/api/v1/events`; further ones are sent away with 503.
    package var eventReaders = 16
    /// Bytes of a path with its query.
    package var pathBytes = 512
    /// Bytes of one header field, and of all; number of fields.
    package var headerFieldBytes = 8 << 10
    package var headerBytes = 16 << 10
    package var headerFields = 64
    /// Seconds in which a request must have arrived; after the answer, seconds until the next one.
    package var idleSeconds = 30.0
    /// Seconds for which a connection lasts that is told to close.
    package var lingerSeconds = 1.0
    /// Seconds in which a reader of events must take what it is sent.
    package var stallSeconds = 10.0
    /// Seconds between two lines to a reader to whom nothing happens.
    package var heartbeatSeconds = 15.0
    /// The least time between two looks at the coordinator, in seconds.
    package var refreshSeconds = 0.25
    /// Bytes of events a second, for each reader: the larger a snapshot, the rarer its changes are told.
    package var eventBytesPerSecond = 8 << 20
    /// Seconds that a readiness check may take.
    package var readinessSeconds = 2.0
    /// Seconds that open requests are given when the daemon stops.
    package var shutdownSeconds = 2.0
    package var snapshot = SnapshotLimits()

    package init() {}
}
