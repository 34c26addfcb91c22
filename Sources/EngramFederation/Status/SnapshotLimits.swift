// SPDX-License-Identifier: Apache-2.0

/// How much of a coordinator one snapshot shows, over all runs; the newest run is served first. What is left out is counted in the snapshot.
package struct SnapshotLimits: Equatable, Sendable {
    /// Runs, the newest; also the greatest number of `run` labels of the metrics.
    package var runs = 50
    /// Rounds of the runs' histories, the newest.
    package var rounds = 5000
    /// Changes of the runs' clusters, the newest.
    package var events = 5000
    /// Agents, the first of a run by id.
    package var agents = 10_000
    /// Refusals that a coordinator remembers of a run, the newest.
    package var refusals = 64
    /// Agents that fit the axes of the map; the others are only placed.
    package var mapped = 2000

    package init() {}
}
