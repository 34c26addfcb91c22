// SPDX-License-Identifier: Apache-2.0

/// Why a command did not do what it was asked: one sentence with what was wrong, where, and what to do.
package enum OperatorError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A run that did not come to its end, or a fault of this machine (disk, processes).
    case failed(String)
    /// The command line asks for something that cannot be.
    case usage(String)
    /// No coordinator answers.
    case unreachable(String)
    /// The coordinator answers, and says no.
    case refused(String)
    /// A file, a folder or a recipe is not as it must be.
    case badInput(String)
    /// The person, or the system, asked the program to stop.
    case interrupted

    package var description: String {
        switch self {
        case .failed(let text), .usage(let text), .unreachable(let text), .refused(let text), .badInput(let text): text
        case .interrupted: "interrupted; what was started has been stopped and cleaned up"
        }
    }

    package var status: ExitStatus {
        switch self {
        case .failed: .failed
        case .usage: .usage
        case .unreachable: .unreachable
        case .refused: .refused
        case .badInput: .badInput
        case .interrupted: .interrupted
        }
    }
}

/// What the process leaves behind as its exit code (docs/cli.md).
package enum ExitStatus: Int32, Sendable, CaseIterable {
    case success = 0
    case failed = 1
    case usage = 2
    case unreachable = 3
    case refused = 4
    case badInput = 5
    case interrupted = 130

    package var name: String {
        switch self {
        case .success: "ok"
        case .failed: "failed"
        case .usage: "usage"
        case .unreachable: "unreachable"
        case .refused: "refused"
        case .badInput: "bad_input"
        case .interrupted: "interrupted"
        }
    }
}
