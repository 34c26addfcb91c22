// SPDX-License-Identifier: Apache-2.0

/// Every limit on a site owner's own trainer: sizes in bytes, times in seconds. docs/own-trainers.md has the table.
package struct TrainerLimits: Sendable, Equatable {
    /// Largest message, in either direction.
    package var messageBytes = 1 << 30
    /// From the start of the program to its answer to hello: importing a library may take long.
    package var startSeconds = 120.0
    /// From a request to its answer.
    package var answerSeconds = 600.0
    /// From the end of its input, or from a signal, until it is killed.
    package var stopSeconds = 3.0
    /// Starts in a row that lead to no answer, after the first one, before the agent gives up.
    package var restarts = 3
    /// Pause before it is started again; doubles with every start that leads to nothing.
    package var firstPauseSeconds = 1.0
    package var longestPauseSeconds = 30.0
    /// Longest line that goes to the log, and longest error that it gives.
    package var lineBytes = 4096

    package init() {}
}
