// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import EngramWire

/// The passage from one common cluster to groups that each start from the mean of their members' models.
///
/// A fold can move slots but opens none. So a candidate stands ready for each group before the models are grouped; on the desk they get the
/// means, and the review makes clusters of them.
struct Founding: Codable, Sendable {
    let root: SlotID
    private let spares: [SlotID]
    /// The groups' slots, once there are groups.
    private(set) var groups: [SlotID] = []

    var isDone: Bool { !groups.isEmpty }

    /// Stands `count` candidates beside the common cluster.
    init(_ count: Int, beside root: SlotID, book: inout ClusterBook) {
        self.root = root
        var spares: [SlotID] = []
        for _ in 0..<count {
            if let id = book.openCandidate(copying: root) { spares.append(id) }
        }
        self.spares = spares
    }

    /// On the desk: gives each group's slot the mean of its members' models. `numbers` (0, 1, …) and weights are of the desk's entries.
    func place(_ numbers: [Int], weights: [Double], on desk: inout MixingDesk) throws {
        let count = (numbers.max() ?? -1) + 1
        let slots = count == 1 ? [root] : spares
        guard count <= slots.count else { return }
        for number in 0..<count {
            let members = desk.entries.indices.filter { numbers[$0] == number }
            if let mean = try desk.meanModel(of: members, weights: members.map { weights[$0] }) {
                desk.models[slots[number]] = mean
            }
        }
        for (i, number) in numbers.enumerated() { desk.table[desk.entries[i].agent] = [Double(number)] }
    }

    /// In the review: makes clusters of the groups. Returns the members whose models were not there to be grouped.
    mutating func settle(
        _ evidence: RoundEvidence, book: inout ClusterBook, reason: String, figures: [String: Double]
    ) -> [AgentID] {
        let members = book.cluster(root)?.members ?? []
        let numbers = evidence.table.compactMapValues { $0.first.flatMap { Int(exactly: $0) } }.filter {
            members.contains($0.key)
        }
        guard !numbers.isEmpty else { return [] }
        let slots = book.divide(
            root, into: numbers, on: spares, round: evidence.round, reason: reason, figures: figures)
        groups = slots.keys.sorted().compactMap { slots[$0] }
        return groups.count > 1 ? members.filter { numbers[$0] == nil } : []
    }
}

extension MixingDesk {
    /// The weighted mean of some entries' trained models; nil when none has weight.
    func meanModel(of indices: [Int], weights: [Double]) throws -> [Float]? {
        let total = weights.reduce(0, +)
        guard total > 0 else { return nil }
        var sum = [Double](repeating: 0, count: layout.count)
        for (i, weight) in zip(indices, weights) where weight > 0 {
            Kernels.accumulate(try trained(i), weight: weight / total, into: &sum)
        }
        return Kernels.narrow(sum)
    }
}
