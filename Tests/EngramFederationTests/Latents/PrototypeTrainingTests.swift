// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct PrototypeTrainingTests {
    let toy: ToyFederation

    init() throws { toy = try ToyFederation(groups: [0, 0, 1]) }

    private func run(_ change: (inout Recipe) -> Void = { _ in }) throws -> ToyRun {
        var run = ToyRun(
            ToyFederation.recipe {
                $0.hidden = [5]
                $0.sharing = ShareNothing()
                $0.training = PrototypeTraining()
                change(&$0)
            }, toy)
        try run.run()
        return run
    }

    @Test func withoutUpdatesNobodyIsToldApart() {
        var recipe = ToyFederation.recipe {
            $0.hidden = [5]
            $0.sharing = ShareNothing()
            $0.training = PrototypeTraining()
        }
        #expect(throws: Never.self) { try recipe.validate() }
        recipe.grouping = PACFL()
        #expect(throws: Never.self) { try recipe.validate() }
        recipe.grouping = Constellation()
        #expect(throws: RecipeError.self) { try recipe.validate() }
    }

    /// For each class the mean latent of all agents' rows, and their number, by the models that they kept.
    private func pooled(_ run: ToyRun) throws -> (means: [[Double]], counts: [Double]) {
        let network = try #require(run.machine.network)
        var sums = [[Double]](repeating: [Double](repeating: 0, count: 5), count: 3)
        var counts = [Double](repeating: 0, count: 3)
        for (agent, shard) in toy.shards {
            let own = try #require(run.memories[agent]?[run.recipe.rounds]?.personal[.cluster(1)])
            let latents = network.latents(own, shard.data, rows: shard.train)
            for (i, row) in shard.train.enumerated() {
                let id = Int(shard.data.classes[row])
                counts[id] += 1
                for j in 0..<5 { sums[id][j] += Double(latents[i * 5 + j]) }
            }
        }
        return (zip(sums, counts).map { sum, count in sum.map { $0 / count } }, counts)
    }

    @Test func aSlotHoldsTheMeansOverAllRowsAndNoModel() throws {
        let run = try run()
        let (model, statistics) = try run.content()
        #expect(model.values.isEmpty)
        let held = try #require(statistics["prototypes"])
        let (means, counts) = try pooled(run)
        for id in 0..<3 {
            #expect(Double(held[id * 6 + 5]) == counts[id])
            for j in 0..<5 { #expect(abs(Double(held[id * 6 + j]) - means[id][j]) < 1e-4) }
        }
    }

    @Test func theAnswerIsTheNearestPrototype() throws {
        let run = try run()
        let network = try #require(run.machine.network)
        let shard = try #require(toy.shards[.toy(0)])
        let own = try #require(run.memories[.toy(0)]?[4]?.personal[.cluster(1)])
        var step = LocalStep.toy(
            shard, trains: false, received: own, personal: own, statistics: try run.content().statistics)
        PrototypeTraining().arrive(&step)
        let outputs = network.outputs(try #require(step.answer), shard.data, rows: shard.test)
        let latents = network.latents(own, shard.data, rows: shard.test)
        let means = try pooled(run).means
        for i in shard.test.indices {
            let distances = (0..<3).map { id in
                (0..<5).reduce(0.0) { sum, j in
                    let difference = Double(latents[i * 5 + j]) - means[id][j]
                    return sum + difference * difference
                }
            }
            let row = outputs[i * 3..<i * 3 + 3]
            #expect(
                distances.indices.min { distances[$0] < distances[$1] } == row.indices.max { row[$0] < row[$1] }.map { $0 % 3 })
        }
    }

    @Test func withoutPullAgentsTrainAlone() throws {
        let run = try run {
            var training = PrototypeTraining()
            training.lambda = 0
            $0.training = training
            $0.localReference = true
        }
        for agent in toy.shards.keys {
            let memory = try #require(run.memories[agent]?[4])
            #expect(memory.personal[.cluster(1)] == memory.local)
        }
    }

    @Test func thePullBringsLatentsTogether() throws {
        func spread(_ lambda: Double) throws -> Double {
            let shard = try #require(toy.shards[.toy(0)])
            let held: [Float] = (0..<3).flatMap { id in (0..<5).map { $0 == id ? 1 : 0 } + [10] }
            var training = PrototypeTraining()
            (training.lambda, training.distance) = (lambda, .squared)
            var step = LocalStep.toy(shard, sgd: SGD(rate: 0.02, batch: 8, epochs: 20), statistics: ["prototypes": held])
            training.train(&step)
            let latents = step.network.latents(step.model, shard.data, rows: shard.train)
            var sum = 0.0
            for (i, row) in shard.train.enumerated() {
                for j in 0..<5 {
                    let difference = Double(latents[i * 5 + j]) - (j == Int(shard.data.classes[row]) ? 1 : 0)
                    sum += difference * difference
                }
            }
            return sum
        }
        #expect(try spread(1) < 0.6 * spread(0))
    }

    @Test func whatIsHeldMayBeAnything() throws {
        let exchange = PrototypeExchange(Network(ModelSpec(inputs: 2, hidden: [1], outputs: 2, task: .classes)))
        let shard = try #require(toy.shards[.toy(0)])
        func held(_ values: [Float]) -> Prototypes? { exchange.held(.toy(shard, statistics: ["prototypes": values])) }
        #expect(held([1, 0, 2, 0]) == nil)
        #expect(held([1, -5, 2, .nan]) == nil)
        #expect(held([1, 3, 2]) == nil)
        #expect(held([.infinity, 3, 2, 0]) == nil)
        #expect(held([1, .infinity, 2, 0.5])?.counts == [Prototypes.countLimit, 1])
    }

    @Test func aClassThatRemembersHasTwoPrototypes() {
        func keys(_ task: Task, _ outputs: Int) -> Int {
            PrototypeExchange(Network(ModelSpec(inputs: 2, hidden: [4], outputs: outputs, task: task)), bins: 3).keys.count
        }
        #expect(keys(.classes, 5) == 15 && keys(.remembered, 1) == 6 && keys(.scores, 1) == 3)
    }
}
