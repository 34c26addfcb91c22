// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
package import EngramWire

/// A model that the coordinator keeps: a cluster's, a candidate's on trial, or the one global reference.
package struct Slot: Codable, Equatable, Sendable {
    package enum Role: String, Codable, Sendable {
        case cluster, candidate, reference
    }

    package let id: SlotID
    package var role: Role
    /// How many rounds have moved this model.
    package var version: Int
    /// The shared tensors, as a safetensors blob.
    package var model: Digest
    /// The server step's own state, if it has any.
    package var memory: Digest?
    /// The slot that this one was copied from.
    package let parent: SlotID?
    /// How the model follows from the one before it, if agents can be told.
    package var delta: ModelDelta?
}

/// A set of agents that share a model.
package struct Cluster: Codable, Equatable, Sendable {
    package let id: SlotID
    /// In id order.
    package var members: [AgentID]
    package let parent: SlotID?
    /// The round after which it exists; 0 for the founders.
    package let born: Int
}

/// Every cluster, every model slot, and how they came to be: what groupings read and change.
package struct ClusterBook: Codable, Equatable, Sendable {
    package private(set) var clusters: [Cluster] = []
    package private(set) var slots: [Slot] = []
    package private(set) var lineage: [LineageEvent] = []
    /// Agents whose updates do not count, in id order.
    package private(set) var quarantined: [AgentID] = []
    private var opened = 0

    package init() {}

    // MARK: Reading

    package func slot(_ id: SlotID) -> Slot? { slots.first { $0.id == id } }

    package func cluster(_ id: SlotID) -> Cluster? { clusters.first { $0.id == id } }

    package func cluster(of agent: AgentID) -> Cluster? { clusters.first { $0.members.contains(agent) } }

    /// The events that brought an agent to where it is, oldest first: those that name it, and the splits and merges of its clusters.
    package func history(of agent: AgentID) -> [LineageEvent] {
        var wanted = cluster(of: agent).map { Set([$0.id]) } ?? []
        var out: [LineageEvent] = []
        for event in lineage.reversed() {
            let moved = event.agents.contains(agent)
            let came = event.event != .tried && event.event != .refused && !wanted.isDisjoint(with: event.to)
            guard moved || came else { continue }
            // A single agent's move is its own history only; a split or merge is everyone's.
            guard moved || event.agents.isEmpty else { continue }
            out.append(event)
            wanted.formUnion(event.from)
        }
        return out.reversed()
    }

    // MARK: Models

    /// Opens a slot with a model of its own.
    package mutating func open(_ role: Slot.Role, model: Digest) -> SlotID {
        let id = role == .reference ? SlotID.reference : nextID()
        slots.append(Slot(id: id, role: role, version: 0, model: model, memory: nil, parent: nil))
        return id
    }

    /// Opens a candidate that starts as a copy of another slot (its blob is shared: nothing is moved).
    package mutating func openCandidate(copying id: SlotID) -> SlotID? {
        guard let source = slot(id) else { return nil }
        let fresh = nextID()
        slots.append(
            Slot(
                id: fresh, role: .candidate, version: source.version, model: source.model, memory: source.memory, parent: id,
                delta: source.delta))
        return fresh
    }

    package mutating func close(_ id: SlotID) { slots.removeAll { $0.id == id } }

    /// Records what a fold made of a slot.
    package mutating func advance(_ id: SlotID, to folded: FoldedSlot) {
        guard let index = slots.firstIndex(where: { $0.id == id }) else { return }
        slots[index].model = folded.model
        slots[index].memory = folded.memory
        slots[index].delta = folded.delta
        slots[index].version += 1
    }

    private mutating func nextID() -> SlotID {
        opened += 1
        return SlotID.cluster(opened)
    }

    // MARK: Clusters

    /// Founds a cluster on an open slot.
    package mutating func found(_ id: SlotID, members: [AgentID], round: Int, reason: String) {
        add(id, members: members, parent: nil, round: round)
        note(LineageEvent(round: round, .founded, to: [id], reason: reason))
    }

    /// Replaces a cluster by candidates, each with its members.
    package mutating func split(
        _ id: SlotID, into parts: [(id: SlotID, members: [AgentID])], round: Int, reason: String, figures: [String: Double]
    ) {
        clusters.removeAll { $0.id == id }
        close(id)
        for part in parts { add(part.id, members: part.members, parent: id, round: round) }
        note(LineageEvent(round: round, .split, from: [id], to: parts.map(\.id), reason: reason, figures: figures))
    }

    /// Replaces clusters by one candidate that takes all their members.
    package mutating func merge(_ ids: [SlotID], into id: SlotID, round: Int, reason: String, figures: [String: Double]) {
        let members = clusters.filter { ids.contains($0.id) }.flatMap(\.members).sorted()
        clusters.removeAll { ids.contains($0.id) }
        for old in ids { close(old) }
        add(id, members: members, parent: ids.first, round: round)
        note(LineageEvent(round: round, .merged, from: ids, to: [id], reason: reason, figures: figures))
    }

    /// Moves one agent; a cluster that loses its last member ends.
    package mutating func move(
        _ agent: AgentID, to id: SlotID, as kind: LineageEvent.Kind, round: Int, reason: String, figures: [String: Double] = [:]
    ) {
        let old = cluster(of: agent)?.id
        enrol(agent, in: id)
        note(
            LineageEvent(
                round: round, kind, from: old.map { [$0] } ?? [], to: [id], agents: [agent], reason: reason, figures: figures))
        if let old, old != id, cluster(old)?.members.isEmpty == true {
            clusters.removeAll { $0.id == old }
            close(old)
        }
    }

    /// Puts an agent into a cluster without a word: a choice that is made anew in every round (IFCA), or a provisional home.
    package mutating func enrol(_ agent: AgentID, in id: SlotID) {
        for index in clusters.indices { clusters[index].members.removeAll { $0 == agent } }
        guard let index = clusters.firstIndex(where: { $0.id == id }) else { return }
        clusters[index].members = (clusters[index].members + [agent]).sorted()
    }

    package mutating func quarantine(_ agent: AgentID, round: Int, reason: String, figures: [String: Double]) {
        quarantined = (quarantined + [agent]).sorted()
        let home = cluster(of: agent).map { [$0.id] } ?? []
        note(LineageEvent(round: round, .quarantined, from: home, agents: [agent], reason: reason, figures: figures))
    }

    package mutating func release(_ agent: AgentID, round: Int, reason: String) {
        quarantined.removeAll { $0 == agent }
        note(LineageEvent(round: round, .released, agents: [agent], reason: reason))
    }

    package mutating func note(_ event: LineageEvent) { lineage.append(event) }

    private mutating func add(_ id: SlotID, members: [AgentID], parent: SlotID?, round: Int) {
        clusters.append(Cluster(id: id, members: members.sorted(), parent: parent, born: round))
        if let index = slots.firstIndex(where: { $0.id == id }) { slots[index].role = .cluster }
    }
}

extension SlotID {
    /// The slot of the one global model that is trained beside the clusters for comparison.
    package static let reference = SlotID(checked: "global")

    /// The n-th cluster or candidate that was opened in a run.
    package static func cluster(_ number: Int) -> SlotID { SlotID(checked: "c\(number)") }
}
