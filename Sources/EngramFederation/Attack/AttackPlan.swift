// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
import EngramTensors
package import EngramWire
import Foundation

/// Who attacks a run, and how.
package struct AttackPlan: Sendable {
    package let attack: any Attack
    /// As it was written: `alie(z=1)`.
    package let text: String
    /// In id order.
    package let attackers: [AgentID]

    /// Reads an attack, `NAME` or `NAME(option=value, …)`.
    package static func attack(_ text: String) throws(AttackError) -> any Attack {
        var attack: any Attack = LabelFlip()
        do throws(RecipeError) {
            let tree = try Tree(yaml: "attack: " + flow(text))
            guard case .map(let entries) = tree, entries.count == 1, entries[0].value != .null else {
                throw .unreadable("not one attack")
            }
            var options = try Options(reading: tree, path: "")
            try options.choice("attack", &attack, from: .attack, "")
            try options.finish()
        } catch {
            throw .attack(text: text, reason: error.reason)
        }
        return attack
    }

    /// Reads an attack and chooses the attackers.
    ///
    /// - Parameters:
    ///   - members: all agents, with the groups that their shards declare.
    ///   - attackers: a share of all (`0.2`), ids (`a,b`), or so many of a declared group (`cluster:NAME:COUNT`). Shares and groups are drawn by
    ///     the recipe's seed.
    package init(
        _ text: String, attackers: String, among members: [(id: AgentID, truth: String?)], recipe: Recipe
    ) throws(AttackError) {
        attack = try Self.attack(text)
        self.text = text
        guard recipe.training.sendsUpdates || !attack.spoilsUpdates else {
            throw .senseless("'\(text)' spoils updates, and agents of this recipe send none; use \(LabelFlip.name)")
        }
        self.attackers = try Self.choose(attackers, members, seed: UInt64(bitPattern: Int64(recipe.seed)))
    }

    /// The role of an agent, given all shards; nil for honest agents.
    package func attacker(_ id: AgentID, shards: [(id: AgentID, shard: Shard)]) -> Attacker? {
        guard attackers.contains(id) else { return nil }
        return Attacker(attack: attack, accomplices: shards.filter { attackers.contains($0.id) })
    }

    private static func choose(
        _ text: String, _ members: [(id: AgentID, truth: String?)], seed: UInt64
    ) throws(AttackError) -> [AgentID] {
        func drawn(_ count: Int, of ids: [AgentID], _ what: String) throws(AttackError) -> [AgentID] {
            guard count >= 1, count <= ids.count else { throw .tooMany(asked: count, of: ids.count, what: what) }
            var generator = SeededGenerator(seed: seed, "attackers", what)
            let sorted = ids.sorted()
            return generator.permutation(sorted.count).prefix(count).map { sorted[$0] }.sorted()
        }
        if let share = Double(text) {
            guard share > 0, share <= 1 else { throw .attackers(text: text) }
            let count = max(1, Int((share * Double(members.count)).rounded()))
            return try drawn(count, of: members.map(\.id), "all")
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if parts.count >= 3, parts[0] == "cluster", let count = Int(parts[parts.count - 1]) {
            let group = parts[1..<(parts.count - 1)].joined(separator: ":")
            let ids = members.filter { $0.truth == group }.map(\.id)
            guard !ids.isEmpty else { throw .noGroup(group, known: Set(members.compactMap(\.truth)).sorted()) }
            return try drawn(count, of: ids, "group '\(group)'")
        }
        var ids: Set<AgentID> = []
        for name in text.split(separator: ",") {
            guard let id = AgentID(name.trimmingCharacters(in: .whitespaces)) else { throw .attackers(text: text) }
            guard members.contains(where: { $0.id == id }) else { throw .unknown(id) }
            ids.insert(id)
        }
        guard !ids.isEmpty else { throw .attackers(text: text) }
        return ids.sorted()
    }

    /// `alie(z=1)` as YAML: `{kind: alie, z: 1}`.
    private static func flow(_ text: String) -> String {
        guard let open = text.firstIndex(of: "("), text.hasSuffix(")") else { return text }
        let inner = text[text.index(after: open)...].dropLast()
        let options = inner.split(separator: ",").map { $0.replacing("=", with: ": ", maxReplacements: 1) }
        return "{" + (["kind: " + text[..<open]] + options).joined(separator: ", ") + "}"
    }
}
