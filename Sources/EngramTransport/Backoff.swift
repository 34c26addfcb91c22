// SPDX-License-Identifier: Apache-2.0

/// Pauses between attempts to reconnect: doubling, with jitter so that a fleet does not return all at once; pure.
package struct Backoff: Sendable, Equatable {
    package let first: Duration
    package let longest: Duration
    /// Failed attempts in a row.
    package private(set) var attempts = 0

    package init(first: Duration = .milliseconds(250), longest: Duration = .seconds(30)) {
        self.first = max(.zero, first)
        self.longest = max(self.first, longest)
    }

    /// The pause after one more failure: uniform between half of the present ceiling and the ceiling.
    package mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        let ceiling = min(longest, first * (1 << min(attempts, 20)))
        attempts += 1
        return ceiling / 2 + (ceiling / 2) * Double.random(in: 0...1, using: &generator)
    }

    /// To be called after a success.
    package mutating func reset() { attempts = 0 }
}
