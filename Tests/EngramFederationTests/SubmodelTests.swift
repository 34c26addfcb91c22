// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramLearning
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

/// HeteroFL: the leading units of each hidden layer.
@Suite(.timeLimit(.minutes(5))) struct SubmodelTests {
    private let full = Network(ModelSpec(inputs: 2, hidden: [4], outputs: 3, task: .classes))

    private func half() throws -> Submodel {
        let part = Network(ModelSpec(inputs: 2, hidden: [2], outputs: 3, task: .classes))
        return try #require(Submodel(of: full.layout, part: part.layout))
    }

    /// Weights [4, 2], biases [4], weights [3, 4], biases [3]: numbered as they lie.
    @Test func cutsTheLeadingBlocksByHand() throws {
        let values = (0..<full.layout.count).map { Float($0) }
        let cut = try half().cut(values)
        #expect(cut == [0, 1, 2, 3, 8, 9, 24, 26, 32, 34, 40, 42, 24, 25, 26])
        // The second layer has half its inputs: its weights are doubled, its updates halved.
        let back = try half().embedded([Float](repeating: 1, count: 15))
        #expect(back == [1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0.5, 0.5, 0, 0, 0.5, 0.5, 0, 0, 0.5, 0.5, 0, 0, 1, 1, 1])
    }

    @Test func partsThatAreNoneAreNil() {
        let other = Network(ModelSpec(inputs: 2, hidden: [5], outputs: 3, task: .classes))
        let deeper = Network(ModelSpec(inputs: 2, hidden: [2, 2], outputs: 3, task: .classes))
        #expect(Submodel(of: full.layout, part: other.layout) == nil)
        #expect(Submodel(of: full.layout, part: deeper.layout) == nil)
    }

    /// Elements are averaged over their owners, weighted: owned by both, by one, by none.
    @Test func ownersAverageTheirElements() throws {
        let part = FoldJob.Part(
            slot: .cluster(1), model: Digest(of: []), memory: nil, contributors: [.toy(0), .toy(1)], weights: [30, 10])
        let mixed = FoldJob(round: 1, parts: [part], submodels: [.toy(1): try half()])
        let factors = try #require(mixed.thinness(of: part, count: full.layout.count))
        // Both own the first weight; the third row of the first layer is agent 0's alone, who is 30 of 40.
        #expect(factors[0] == 1)
        #expect(abs(factors[4] - 40.0 / 30) < 1e-6)
        let narrow = FoldJob(round: 1, parts: [part], submodels: [.toy(0): try half(), .toy(1): try half()])
        #expect(try #require(narrow.thinness(of: part, count: full.layout.count))[4] == 1)
        #expect(FoldJob(round: 1, parts: [part]).thinness(of: part, count: full.layout.count) == nil)
    }

    private func run(_ budgets: [Double], rounds: Int = 6, _ change: (inout Recipe) -> Void = { _ in }) throws -> ToyRun {
        var toy = try ToyFederation(groups: [Int](repeating: 0, count: budgets.count), train: 48, test: 60)
        toy.change { number, shard in if budgets[number] < 1 { shard.circumstances.budget = budgets[number] } }
        var run = ToyRun(
            ToyFederation.recipe {
                $0.sharing = ShareWidth()
                $0.hidden = [8]
                $0.rounds = rounds
                change(&$0)
            }, toy)
        try run.run()
        return run
    }

    @Test func fullBudgetsAreFedAvg() throws {
        #expect(try run([1, 1, 1]).slots == run([1, 1, 1]) { $0.sharing = ShareAll() }.slots)
    }

    @Test func whatNobodyOwnsStays() throws {
        let run = try run([0.5, 0.25, 0.5])
        let network = try #require(run.machine.network)
        let digest = try #require(run.machine.state.book.slots.first).model
        let model = try ParameterSet(safetensors: run.blobs[digest] ?? [], layout: network.layout)
        let before = run.recipe.initialModel(network, 0)
        let weights = try #require(model["layers.0.weight"]), old = try #require(before["layers.0.weight"])
        let inputs = ToyFederation.inputs
        #expect(Array(weights.suffix(4 * inputs)) == Array(old.suffix(4 * inputs)))
        for row in 0..<4 {
            let range = (row * inputs)..<((row + 1) * inputs)
            #expect(zip(weights[range], old[range]).contains { $0 != $1 })
        }
    }

    @Test(arguments: [Normalisation.none, .batch]) func narrowAgentsLearnToo(normalisation: Normalisation) throws {
        let run = try run([1, 1, 0.5, 0.5, 0.25, 0.25], rounds: 25) {
            $0.hidden = [16]
            $0.normalisation = normalisation
        }
        let metrics = (0..<6).map { run.machine.state.rows[.toy($0)]?.test[.cluster]?.metric ?? 0 }
        #expect(metrics.allSatisfy { $0 > 0.6 }, "\(metrics)")
    }

    /// Uploads of another size than the declared budget's are refused.
    @Test func anUploadMustHaveItsWidth() throws {
        let run = try run([1, 0.5])
        let exchange = try #require(run.machine.exchange)
        let member = try #require(run.machine.state.member(.toy(1)))
        let narrow = try #require(run.machine.submodel(for: .toy(1)))
        #expect(run.machine.submodel(for: .toy(0)) == nil)
        let participant = try #require(run.participants[.toy(1)])
        #expect(participant.network.spec.hidden == [4])
        let work = Assignment.toy(round: 1, base: 0)
        let start = ParameterSet(zeros: exchange.layout)
        let outcome = try participant.perform(work, models: [.cluster(1): narrow.cut(start)], memory: nil)
        let check = UploadCheck(recipe: run.recipe, exchange: exchange)
        #expect(throws: Never.self) { try check.evidence(outcome.upload.encoded(), from: member, for: work) }
        var wide = member
        wide.profile.circumstances = nil
        #expect(throws: UpdateError.self) { try check.evidence(outcome.upload.encoded(), from: wide, for: work) }
        #expect(throws: ParticipantError.self) { try participant.perform(work, models: [.cluster(1): start], memory: nil) }
    }

    @Test func senselessCombinationsAreRefused() {
        let changes: [(inout Recipe) -> Void] = [
            { $0.hidden = [] }, { $0.grouping = Constellation() }, { $0.aggregation = TrimmedMean() },
        ]
        for change in changes {
            var recipe = ToyFederation.recipe {
                $0.sharing = ShareWidth()
                $0.hidden = [8]
            }
            #expect(throws: Never.self) { try recipe.validate() }
            change(&recipe)
            #expect(throws: RecipeError.self) { try recipe.validate() }
        }
    }
}
