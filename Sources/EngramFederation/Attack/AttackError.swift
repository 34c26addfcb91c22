// SPDX-License-Identifier: Apache-2.0
package import EngramWire

/// Why an attack cannot be staged as asked.
package enum AttackError: Error, Equatable, Sendable, CustomStringConvertible {
    case attack(text: String, reason: String)
    case senseless(String)
    case attackers(text: String)
    case unknown(AgentID)
    case noGroup(String, known: [String])
    case tooMany(asked: Int, of: Int, what: String)

    package var description: String {
        switch self {
        case .attack(let text, let reason): "attack '\(text)': \(reason)"
        case .senseless(let why): "attack: \(why)"
        case .attackers(let text):
            "attackers '\(text)': write a share such as 0.2, ids such as agent-01,agent-07, or cluster:NAME:COUNT"
        case .unknown(let id): "attackers: there is no agent '\(id)'"
        case .noGroup(let name, let known):
            "attackers: no shard declares the group '\(name)'"
                + (known.isEmpty ? "; none declares any" : " (declared: \(known.joined(separator: ", ")))")
        case .tooMany(let asked, let of, let what): "attackers: \(asked) of \(what) cannot attack, there are \(of)"
        }
    }
}
