// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct DomainBiasTests {
    let toy: ToyFederation
    let shard: Shard
    let network: Network
    let shift: [Float] = [0.4, -0.3, 0.2, 0.9, -0.7]

    init() throws {
        toy = try ToyFederation(groups: [0, 1, 1])
        shard = try #require(toy.shards[.toy(0)])
        network = Network(ModelSpec(fitting: shard, hidden: [5]))
    }

    /// Cross-entropy of head(latents + shift), row by row in Float64, with the head's values taken out by name.
    private func loss(_ values: [Float], _ shift: [Float], _ rows: [Int]) throws -> Double {
        let model = try ParameterSet(layout: network.layout, values: values)
        let latents = network.latents(model, shard.data, rows: rows)
        let weight = Array(try #require(model["layers.1.weight"])), bias = Array(try #require(model["layers.1.bias"]))
        var outputs: [Float] = []
        for i in rows.indices {
            for k in 0..<3 {
                var sum = Double(bias[k])
                for j in 0..<5 { sum += Double(weight[k * 5 + j]) * Double(latents[i * 5 + j] + shift[j]) }
                outputs.append(Float(sum))
            }
        }
        return Metrics.mean(network.losses(outputs: outputs, shard.data, rows: rows))
    }

    @Test func theGradientIsTheSlopeOfTheShiftedLoss() throws {
        let values = network.toy().values
        let rows = Array(0..<10)
        let still = MeanPull(consensus: [Float](repeating: 0, count: 5), strength: 0)
        let (value, gradient, slopes) = DomainBias.gradient(
            values, shift, network, shard.data, rows[...], GradientPass(network, batch: 10), still)
        #expect(abs(try loss(values, shift, rows) - value) < 1e-5)
        for i in network.headRange {
            var (up, down) = (values, values)
            up[i] += 1e-2
            down[i] -= 1e-2
            let slope = (try loss(up, shift, rows) - loss(down, shift, rows)) / 2e-2
            #expect(abs(slope - Double(gradient[i])) < 2e-3)
        }
        for j in shift.indices {
            var (up, down) = (shift, shift)
            up[j] += 1e-2
            down[j] -= 1e-2
            let slope = (try loss(values, up, rows) - loss(values, down, rows)) / 2e-2
            #expect(abs(slope - Double(slopes[j])) < 2e-3)
        }
    }

    @Test func theAnswerIsAPlainNetwork() throws {
        var step = LocalStep.toy(shard)
        step.memory["shift"] = shift
        DomainBias().arrive(&step)
        let answer = try #require(step.answer)
        let plain = Metrics.mean(network.losses(answer, shard.data, rows: shard.train))
        #expect(abs(plain - (try loss(step.received.values, shift, shard.train))) < 1e-5)
    }

    @Test func theConsensusIsTheMeanOfTheFirstRoundAndStays() throws {
        func run(_ rounds: Int) throws -> ToyRun {
            var run = ToyRun(
                ToyFederation.recipe {
                    $0.hidden = [5]
                    $0.rounds = rounds
                    $0.training = DomainBias()
                }, toy)
            try run.run()
            return run
        }
        let (first, later) = (try run(1), try run(4))
        let held = try #require(try first.content().statistics["mean_latent"])
        #expect(held.count == 6 && held.last == 1)
        #expect(try later.content().statistics["mean_latent"] == held)
        var mean = [Double](repeating: 0, count: 5)
        for (agent, shard) in toy.shards {
            let own = try #require(first.memories[agent]?[1]?.personal[.cluster(1)])
            for (i, latent) in network.latents(own, shard.data, rows: shard.train).enumerated() {
                mean[i % 5] += Double(latent) / Double(3 * shard.train.count)
            }
        }
        for j in 0..<5 { #expect(abs(Double(held[j]) - mean[j]) < 1e-5) }
        // The shift is learnt from the second round on, each agent's own.
        #expect(later.memories[.toy(0)]?[1]?.vectors.isEmpty == true)
        let shifts = try [0, 1].map { try #require(later.memories[.toy($0)]?[4]?.vectors[.cluster(1)]?["shift"]) }
        #expect(shifts[0] != shifts[1])
    }
}
