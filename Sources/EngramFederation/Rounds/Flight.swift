// SPDX-License-Identifier: Apache-2.0
package import EngramWire

/// How a buffered run goes on without waiting for everybody.
package struct UpdateBuffer: Equatable, Sendable {
    /// Updates that are folded at a time.
    package let goal: Int
    /// Agents that work at the same time.
    package let concurrency: Int
    /// Work is given up when so many folds have passed it.
    package let oldest: Int

    package init(goal: Int, concurrency: Int, oldest: Int) {
        self.goal = goal
        self.concurrency = concurrency
        self.oldest = oldest
    }

    /// The share of its rows that an update counts when so many folds have passed it.
    package static func weight(staleness: Int) -> Double { 1 / (1 + Double(staleness)).squareRoot() }
}

/// Work that an agent has had since some round, of a buffered run: stored, because models have moved on meanwhile.
package struct Flight: Codable, Equatable, Sendable {
    package let agent: AgentID
    /// The round in which it was given.
    package let since: Int
    /// When it is done, on the run's declared clock.
    package let due: Double
    package let assignment: Assignment
}
