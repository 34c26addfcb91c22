// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
package import EngramLearning
import EngramTensors
package import EngramWire

/// How one data set becomes a federation: who gets which rows, and what is planted.
package struct PartitionPlan: Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case identical, dirichlet, hsu, pathological, rotated, permuted, reused, published
    }

    package enum Plant: String, CaseIterable, Sendable {
        case nothing = "none"
        case rotated, permuted
    }

    package var kind = Kind.identical
    package var plant = Plant.nothing
    package var agents = 24
    package var sizes = SplitSizes.counts(train: 300, validation: 75, test: 75)
    package var alpha = 0.5
    package var classesPerAgent = 2
    package var groups = 4
    /// Only the last so many agents permute their labels.
    package var permuting: Int?
    /// From this round on, a share of the agents belongs to the next planted group; nil: data stay as they are.
    package var driftRound: Int?
    package var driftShare = 0.25
    /// A share of the agents takes part from a later round on.
    package var joinRound: Int?
    package var joinShare = 0.25
    /// For reused: so many rows at the end are the test set.
    package var heldOut = 0
    /// For published: who has which rows.
    package var split: PublishedSplit?
    package var seed = 1

    package init() {}

    package func callAsFunction(_ data: Dataset, task: Task, classes: Int) throws(OperatorError) -> [(id: AgentID, shard: Shard)]
    {
        guard seed >= 0 else { throw .usage("--seed must not be negative") }
        let needsClasses = ![.identical, .rotated, .reused, .published].contains(kind) || plant == .permuted
        guard task == .classes || !needsClasses else {
            throw .usage(
                "the partition '\(kind.rawValue)' goes by classes, and the task is \(task.rawValue): use identical or rotated")
        }
        do {
            var generator = SeededGenerator(seed: UInt64(seed), "partition")
            var parts = try divide(data, classes: classes, using: &generator)
            switch plant {
            case .nothing: break
            case .rotated: parts = try Partition.turning(parts, groups: groups)
            case .permuted: parts = try Partition.permuting(parts, classes: classes, groups: groups, last: permuting)
            }
            if let driftRound {
                var draws = SeededGenerator(seed: UInt64(seed), "drift")
                parts = try Partition.drifting(parts, share: driftShare, from: driftRound, using: &draws)
            }
            let ids = FederationFolder.numbered(parts.count)
            let late = try newcomers(of: parts.count)
            var agents: [(id: AgentID, shard: Shard)] = []
            for (place, (id, part)) in zip(ids, parts).enumerated() {
                var shard = try part.shard(from: data, observer: id.rawValue, task: task, classes: classes)
                if late.contains(place) { shard.circumstances.joins = joinRound }
                agents.append((id, shard))
            }
            return agents
        } catch {
            throw OperatorError(error)
        }
    }

    /// Who joins later; somebody must be there at first.
    private func newcomers(of count: Int) throws(LearningError) -> Set<Int> {
        guard let joinRound else { return [] }
        guard (2...Circumstances.roundLimit).contains(joinRound), (0..<1).contains(joinShare) else {
            throw .badPartition("a share of \(joinShare) of the agents cannot join in round \(joinRound)")
        }
        var draws = SeededGenerator(seed: UInt64(seed), "join")
        return Set(draws.permutation(count).prefix(min(count - 1, Int((joinShare * Double(count)).rounded()))))
    }

    private func divide(
        _ data: Dataset, classes: Int, using generator: inout SeededGenerator
    ) throws(LearningError) -> [AgentPart] {
        switch kind {
        case .identical: try Partition.iid(rows: data.count, agents: agents, sizes: sizes, using: &generator)
        case .rotated:
            try Partition.rotated(rows: data.count, agents: agents, groups: groups, sizes: sizes, using: &generator)
        case .permuted:
            try Partition.labelPermuted(
                rows: data.count, classes: classes, agents: agents, groups: groups, permuting: permuting, sizes: sizes,
                using: &generator)
        case .dirichlet:
            try Partition.dirichlet(
                labels: data.classes, classes: classes, agents: agents, alpha: alpha, sizes: sizes, using: &generator)
        case .hsu:
            try Partition.hsu(
                labels: data.classes, classes: classes, agents: agents, alpha: alpha, sizes: sizes, using: &generator)
        case .pathological:
            try Partition.pathological(
                labels: data.classes, classes: classes, agents: agents, classesPerAgent: classesPerAgent, sizes: sizes,
                using: &generator)
        case .reused:
            try Partition.reused(rows: data.count, heldOut: heldOut, agents: agents, sizes: sizes, using: &generator)
        case .published:
            try Partition.given(
                train: split?.train ?? [], test: split?.test ?? [], validation: validationShare(), using: &generator)
        }
    }
}

extension PartitionPlan {
    /// A published split says itself how many rows everybody has; only a share of the training rows can be kept for validation.
    private func validationShare() throws(LearningError) -> Double {
        guard case .fractions(let validation, _) = sizes else {
            throw .badPartition("the published split has the sizes: give the share of validation rows, not counts")
        }
        return validation
    }
}

extension PartitionPlan.Kind: ExpressibleByArgument {}
extension PartitionPlan.Plant: ExpressibleByArgument {}
