// SPDX-License-Identifier: Apache-2.0

/// Why an agent process has no place, or cannot come in from it.
package enum PlaceError: Error, Equatable, Sendable, CustomStringConvertible {
    case badName(String)
    case otherName(path: String, held: String, wanted: String)
    case noSites(path: String)
    case unreadableSites(path: String)
    case allTaken(path: String, count: Int)
    case noToken(path: String, reason: String)
    case noCoordinator

    package var description: String {
        switch self {
        case .badName(let name): "'\(name)' cannot be an agent's name: use letters, digits, '.', '_' and '-'"
        case .otherName(let path, let held, let wanted):
            "\(path) holds the certificate of \(held), not of \(wanted); give every agent a state folder of its own"
        case .noSites(let path): "\(path) has no places: it needs a folder per agent, with shard.safetensors and token in it"
        case .unreadableSites(let path): "\(path) is no folder, or it may not be read"
        case .allTaken(let path, let count):
            "all \(count) places in \(path) are held by other processes; make more, or start fewer agents"
        case .noToken(let path, let reason):
            "\(path) holds no enrolment token: \(reason) (ask the operator: engram token create)"
        case .noCoordinator: "this agent has no certificate yet; say with --coordinator HOST:PORT whom to ask"
        }
    }
}
