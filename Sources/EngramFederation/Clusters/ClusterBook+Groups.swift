// SPDX-License-Identifier: Apache-2.0
import EngramWire

extension ClusterBook {
    /// The cluster with most members, the first of equals.
    var largest: Cluster? {
        clusters.reduce(nil) { (best: Cluster?, next) in
            best.map { $0.members.count >= next.members.count } ?? false ? best : next
        }
    }

    /// Replaces a cluster by the groups that its members fall into; members without a group go to the largest one.
    ///
    /// The groups get the given slots in order of their numbers, and copies of the cluster's model where there are not enough; slots that
    /// are left over are closed. When all are in one group, the cluster stays as it is. Returns the groups' slots by number.
    mutating func divide(
        _ root: SlotID, into groups: [AgentID: Int], on slots: [SlotID] = [], round: Int, reason: String,
        figures: [String: Double]
    ) -> [Int: SlotID] {
        guard let members = cluster(root)?.members else { return [:] }
        let numbers = Set(members.compactMap { groups[$0] }).sorted()
        var taken: [Int: SlotID] = [:]
        if numbers.count < 2 {
            for number in numbers { taken[number] = root }
        } else {
            let sizes = numbers.map { number in members.count { groups[$0] == number } }
            let rest = numbers[sizes.indices.least { -Double(sizes[$0]) }]
            for (k, number) in numbers.enumerated() {
                taken[number] = k < slots.count ? slots[k] : openCandidate(copying: root)
            }
            split(
                root,
                into: numbers.compactMap { number in
                    taken[number].map { slot in (slot, members.filter { (groups[$0] ?? rest) == number }) }
                }, round: round, reason: reason, figures: figures)
        }
        for slot in slots where !taken.values.contains(slot) { close(slot) }
        return taken
    }

    /// Gives an agent that is like no other a cluster of its own, which starts as a copy of another slot's model.
    mutating func seclude(
        _ agent: AgentID, copying id: SlotID, round: Int, reason: String, figures: [String: Double]
    ) -> SlotID? {
        guard let own = openCandidate(copying: id) else { return nil }
        found(own, members: [], round: round, reason: "for an agent that came late")
        move(agent, to: own, as: .placed, round: round, reason: reason, figures: figures)
        return own
    }

    /// Gives newcomers the largest cluster as a provisional home, without a word.
    mutating func lodge(_ newcomers: [Member]) {
        guard let home = largest else { return }
        for member in newcomers { enrol(member.id, in: home.id) }
    }
}
