// SPDX-License-Identifier: Apache-2.0

/// Decides when to ask a silent peer for a sign of life, and when to give it up.
struct Heartbeat: Equatable, Sendable {
    enum Verdict: Equatable, Sendable {
        case healthy
        case ping(nonce: UInt64)
        case lost
    }

    /// When the verdict may change.
    private(set) var due: Double
    private let interval: Double
    private let missedLimit: Int
    private var unanswered = 0
    private var nonce: UInt64 = 0

    init(interval: Double, missedLimit: Int, now: Double) {
        self.interval = interval
        self.missedLimit = missedLimit
        due = now + interval
    }

    /// Any message is a sign of life, not only a pong.
    mutating func heard(at now: Double) {
        unanswered = 0
        due = now + interval
    }

    /// The interval starts again after each ping, so that a driver that slept gives the peer its full time.
    mutating func check(at now: Double) -> Verdict {
        guard now >= due else { return .healthy }
        guard unanswered < missedLimit else { return .lost }
        unanswered += 1
        nonce &+= 1
        due = now + interval
        return .ping(nonce: nonce)
    }
}
