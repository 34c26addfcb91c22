// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct NeighbourAnswerTests {
    let shard: Shard
    let network: Network

    init() throws {
        shard = try #require(try ToyFederation(groups: [0]).shards[.toy(0)])
        network = Network(ModelSpec(fitting: shard, hidden: [5]))
    }

    private func arrived(_ model: ParameterSet? = nil, _ shard: Shard? = nil) throws -> (LocalStep, Answer) {
        var step = LocalStep.toy(shard ?? self.shard, received: model)
        NeighbourAnswer().arrive(&step)
        let neighbours: Neighbours = try #require(step.neighbours)
        return (step, Answer(try #require(step.answer), neighbours: neighbours))
    }

    @Test func theShareHasTheLeastLossOnValidationRows() throws {
        let (step, answer) = try arrived()
        let chosen = try #require(answer.neighbours)
        // An untrained model knows nothing: its neighbours do.
        #expect(chosen.share > 0)
        let best = answer.evaluate(network, shard.data, rows: shard.validation).loss
        for tenth in 0...10 {
            var other = chosen
            other.share = Double(tenth) / 10
            let loss = Answer(step.received, neighbours: other).evaluate(network, shard.data, rows: shard.validation).loss
            #expect(best <= loss + 1e-9)
        }
    }

    @Test func withoutAShareTheModelAnswers() throws {
        let (step, answer) = try arrived()
        var silent = try #require(answer.neighbours)
        silent.share = 0
        let (mute, plain) = (Answer(step.received, neighbours: silent), Answer(step.received))
        let (a, b) = (mute.evaluate(network, shard.data, rows: shard.test), plain.evaluate(network, shard.data, rows: shard.test))
        #expect(a.metric == b.metric && abs(a.loss - b.loss) < 1e-5)
        #expect(mute.costs(network, shard.data, rows: shard.test) == plain.costs(network, shard.data, rows: shard.test))
        #expect(mute.evaluate(network, shard.data, rows: []) == Evaluation(count: 0, loss: 0, metric: 0))
    }

    @Test func everyOwnRowIsItsOwnNearest() throws {
        let (_, answer) = try arrived()
        var alone = try #require(answer.neighbours)
        alone.share = 1
        #expect(alone.targets == shard.train.map { Float(shard.data.classes[$0]) })
        let own = Answer(answer.parameters, neighbours: alone)
        #expect(own.evaluate(network, shard.data, rows: shard.train).metric > 0.6)
        #expect(own.costs(network, shard.data, rows: shard.train).allSatisfy { $0 == 0 || $0 == 1 })
    }

    @Test func theFileHoldsAllThatTheAnswerNeeds() throws {
        let (step, answer) = try arrived()
        let neighbours = try #require(answer.neighbours)
        let file = try Safetensors(parsing: answer.safetensors(metadata: ["engram.chosen": "personal"]))
        #expect(file.metadata["engram.chosen"] == "personal")
        #expect(file.names.sorted() == (network.layout.tensors.map(\.name) + ["knn.latents", "knn.targets"]).sorted())
        let latents = try file.tensor("knn.latents")
        #expect(latents.shape == [24, 5] && latents.floats() == neighbours.latents)
        let read = Neighbours(
            latents: latents.floats(), width: latents.shape[1],
            targets: .classes(try file.tensor("knn.targets").floats().map { Int32($0) }), task: .classes, outputs: 3,
            count: try #require(file.metadata["engram.knn.count"].flatMap { Int($0) }),
            scale: try #require(file.metadata["engram.knn.scale"].flatMap { Double($0) }),
            share: try #require(file.metadata["engram.knn.share"].flatMap { Double($0) }))
        #expect(
            Answer(step.received, neighbours: read).evaluate(network, shard.data, rows: shard.test)
                == answer.evaluate(network, shard.data, rows: shard.test))
    }

    @Test func aPlainAnswerIsAPlainFile() {
        let model = network.toy()
        #expect(Answer(model).safetensors(metadata: ["a": "b"]) == model.safetensors(metadata: ["a": "b"]))
    }

    @Test func theGateMayDeployNeighbours() throws {
        let toy = try ToyFederation(groups: [0, 1, 2], train: 60)
        var run = ToyRun(
            ToyFederation.recipe {
                $0.hidden = [5]
                $0.training = NeighbourAnswer()
            }, toy)
        try run.run()
        // Groups name the classes differently, so one model for all is wrong and an agent's own rows are right.
        let rows = run.machine.state.rows.values
        for one in rows { #expect((one.test[.personal]?.metric ?? 0) > (one.test[.cluster]?.metric ?? 1)) }
        #expect(rows.contains { $0.chosen == .personal })
    }

    @Test(arguments: [Task.scores, .remembered]) func otherTasksMixToo(task: Task) throws {
        let features = shard.data.floats(rows: Array(0..<66))
        let first = (0..<66).map { features[$0 * 6] }
        let data = try Dataset(
            features: .float32(features), dimension: 6,
            targets: task == .scores ? .scores(first) : .classes(first.map { $0 > 0 ? 1 : 0 }))
        let other = try Shard(
            observer: "o", task: task, classes: 2, data: data, train: Array(0..<30), validation: Array(30..<48),
            test: Array(48..<66))
        let (_, answer) = try arrived(nil, other)
        let network = Network(ModelSpec(fitting: other, hidden: [5]))
        let figures = answer.evaluate(network, data, rows: other.test)
        #expect(figures.metric > (task == .scores ? 0.2 : 0.55))
        #expect(answer.costs(network, data, rows: other.test).allSatisfy { $0.isFinite && $0 >= 0 })
    }

    @Test func aSpreadIsThatOfPairs() {
        // Two points at distance 2: half of all ordered pairs, drawn with replacement, lie 2 apart.
        #expect(abs(NeighbourAnswer.spread([0, 0, 2, 0], width: 2) - 2.squareRoot()) < 1e-9)
        #expect(NeighbourAnswer.spread([1, 1, 1, 1], width: 2) == 1)
    }
}
