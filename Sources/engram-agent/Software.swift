// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Name and version, as told to coordinators.
enum Software {
    static let version = "0.1.0"
    static let name = "engram-agent/\(version)"
}

/// The process as a whole.
enum Process {
    /// A peer that goes away is an error of that connection, not the end of the process.
    static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }
}
