// SPDX-License-Identifier: Apache-2.0
package import EngramWire

/// Why an agent cannot go on, or could not do one thing.
package enum AgentError: Error, CustomStringConvertible, Sendable {
    case notEnrolled(path: String)
    case folderInUse(path: String)
    case shardUnreadable(path: String, reason: String)
    case cannotWrite(path: String, reason: String)
    case memoryMissing(run: RunID, round: Int, path: String)
    case memoryDamaged(path: String, reason: String)
    case badWork(String)
    /// The site owner's own trainer has failed too often.
    case trainerFailed(String)
    /// The coordinator will not have this agent: trying again would not help.
    case turnedAway(RefusalCode, String)

    /// Whether the agent has to stop: what it cannot do now it cannot do in the next round either.
    var isFinal: Bool {
        switch self {
        case .trainerFailed, .turnedAway: true
        default: false
        }
    }

    package var description: String {
        switch self {
        case .notEnrolled(let path):
            "\(path) holds no certificate; enrol first: engram-agent enroll --state \(path) --coordinator HOST:PORT --token TOKEN"
        case .folderInUse(let path): "another engram-agent uses \(path); stop it, or give this one a state folder of its own"
        case .shardUnreadable(let path, let reason): "the shard \(path) cannot be used: \(reason)"
        case .cannotWrite(let path, let reason): "cannot write \(path): \(reason); check free space and permissions"
        case .memoryMissing(let run, let round, let path):
            "the memory of run \(run), round \(round), on which the coordinator builds, is not there (\(path)); restore the state folder"
        case .memoryDamaged(let path, let reason): "the memory \(path) is damaged: \(reason); restore the state folder"
        case .badWork(let why): "the coordinator's work cannot be done: \(why)"
        case .trainerFailed(let why):
            "\(why); mend the program and start the agent again: nothing is lost, it goes on with the round that it was in"
        case .turnedAway(let code, let text): "the coordinator turned this agent away (\(code)): \(text)"
        }
    }
}
