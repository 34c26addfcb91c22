import EngramBytes
// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire

@testable import EngramFederation

/// A grouping run from end to end on toy data, and what came of it.
struct ToyGrouping {
    var run: ToyRun

    /// `late` are the agents that join after so many rounds.
    init(
        _ grouping: any Grouping, groups: [Int], rounds: Int = 8, late: [Int: Int] = [:], toy: ToyFederation? = nil,
        _ change: (inout Recipe) -> Void = { _ in }
    ) throws {
        var toy = try toy ?? ToyFederation(groups: groups)
        toy.change { number, shard in
            if let rounds = late[number] { shard.circumstances.joins = rounds + 1 }
        }
        run = ToyRun(
            ToyFederation.recipe {
                $0.grouping = grouping
                $0.rounds = rounds
                change(&$0)
            }, toy)
        try run.run()
    }

    var book: ClusterBook { run.machine.state.book }

    var summary: Report.Summary {
        Report(state: run.machine.state, recipe: run.recipe, summaries: run.summaries, engine: .simulate, cost: Report.Cost())
            .summary
    }

    var rand: Double? { summary.adjustedRandIndex }

    /// Clusters that have members.
    var filled: [Cluster] { book.clusters.filter { !$0.members.isEmpty } }

    func home(_ agent: Int) -> SlotID? { book.cluster(of: .toy(agent))?.id }

    /// The values of a slot's shared tensors at the end.
    func model(_ slot: SlotID) -> [Float] { (try? content(slot).values) ?? [] }

    private func content(_ slot: SlotID) throws -> ParameterSet {
        try ParameterSet(
            safetensors: run.blobs[run.slots[slot] ?? Digest(of: [])] ?? [],
            layout: run.machine.exchange?.layout ?? ParameterLayout())
    }

    /// What an agent's training of its home ended in, in a round.
    func trained(_ agent: Int, round: Int, slot: SlotID) -> [Float] {
        run.memories[.toy(agent)]?[round]?.personal[slot]?.values ?? []
    }
}

/// The greatest difference of two arrays' numbers; infinite for arrays of two lengths.
func gap(_ a: [Float], _ b: [Float]) -> Float {
    a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .infinity
}

/// The weighted mean of models, in Float64.
func mean(_ models: [[Float]], weights: [Double]) -> [Float] {
    let total = weights.reduce(0, +)
    return (models.first ?? []).indices.map { j in
        Float(zip(models, weights).reduce(0.0) { $0 + Double($1.0[j]) * $1.1 } / total)
    }
}
