// SPDX-License-Identifier: Apache-2.0

/// What can be wrong with a site owner's own trainer.
package enum TrainerError: Error, Equatable, CustomStringConvertible, Sendable {
    case cannotStart(String)
    case ended(verb: String, code: Int32?, lastLine: String)
    case silent(verb: String, seconds: Double)
    case badAnswer(verb: String, String)
    case refused(verb: String, String)
    case tooLarge(Int, limit: Int)
    case gaveUp(String)
    case stopped

    package var description: String {
        switch self {
        case .cannotStart(let why): "the trainer cannot be started: \(why)"
        case .ended(let verb, let code, let line):
            (code.map { "the trainer ended with code \($0)" } ?? "the trainer closed its output")
                + " and left '\(verb)' without an answer"
                + (line.isEmpty ? "" : "; its last words: \(line)")
        case .silent(let verb, let seconds):
            "the trainer did not answer '\(verb)' within \(seconds) seconds; if it needs longer, raise "
                + (verb == TrainerMessage.hello ? "--trainer-start-seconds" : "--trainer-seconds")
        case .badAnswer(let verb, let why): "the trainer's answer to '\(verb)' cannot be used: \(why)"
        case .refused(let verb, let why): "the trainer could not do '\(verb)': \(why)"
        case .tooLarge(let bytes, let limit): "a message of \(bytes) bytes is longer than the \(limit) that are allowed"
        case .gaveUp(let why): why
        case .stopped: "the agent stops"
        }
    }
}
