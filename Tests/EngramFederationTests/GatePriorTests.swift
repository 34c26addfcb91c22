// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct GatePriorTests {
    private func peers(_ count: Int, mean: Double, deviation: Double, error: Double) -> [AnswerGain] {
        var generator = SeededGenerator(seed: 5, "gains")
        return (0..<count).map { _ in
            AnswerGain(gain: mean + deviation * generator.normal() + error * generator.normal(), error: error)
        }
    }

    @Test func meanAndVarianceAreFound() throws {
        let prior = try #require(GatePrior(of: peers(4000, mean: 0.3, deviation: 0.2, error: 0.1)))
        #expect(abs(prior.mean - 0.3) < 0.02)
        #expect(abs(prior.variance - 0.04) < 0.006)
    }

    /// What looks like a difference between agents may all be the noise of few rows.
    @Test func noiseIsNoDifference() throws {
        let prior = try #require(GatePrior(of: peers(4000, mean: 0, deviation: 0, error: 0.5)))
        #expect(prior.variance < 0.02)
    }

    @Test func fewPeersSayNothing() {
        #expect(GatePrior(of: peers(7, mean: 1, deviation: 0, error: 0)) == nil)
        #expect(GatePrior(of: peers(8, mean: 1, deviation: 0, error: 0)) != nil)
    }

    @Test func aMinorityOfLiarsMovesLittle() throws {
        var gains = peers(60, mean: -0.1, deviation: 0.05, error: 0.05)
        gains += [AnswerGain](repeating: AnswerGain(gain: 1e6, error: 1e-9), count: 20)
        let prior = try #require(GatePrior(of: gains))
        #expect(prior.mean < 0)
        #expect(prior.variance < 0.05)
    }

    /// Normal prior, normal likelihood: the posterior mean in closed form.
    @Test func theExpectationIsThePosteriorMean() {
        let prior = GatePrior(mean: 1, variance: 4)
        #expect(prior.expectation(nil) == 1)
        #expect(abs(prior.expectation(AnswerGain(gain: 6, error: 1)) - 5) < 1e-12)
        #expect(prior.expectation(AnswerGain(gain: 6, error: 0)) == 6)
        #expect(GatePrior(mean: 1, variance: 0).expectation(AnswerGain(gain: 6, error: 1)) == 1)
        #expect(GatePrior(mean: 1, variance: 0).expectation(AnswerGain(gain: 6, error: 0)) == 6)
    }

    /// Agents with 4, 10 or 100 rows: each is told of its like.
    @Test func peersHaveAboutAsManyRows() throws {
        var state = RunState(run: RunID(checked: "r"))
        for i in 0..<30 {
            let id = AgentID(checked: "a\(i)")
            let rows = [4, 10, 100][i % 3]
            var profile = ToyFederation.profile
            profile.train = rows
            state.members.append(Member(id: id, profile: profile))
            state.rows[id] = ReportRows(
                test: [:], chosen: .cluster, gains: [.personal: AnswerGain(gain: Double(rows), error: 0.1)])
        }
        let priors = GatePriors(state)
        #expect(priors[rows: 4]?[.personal]?.mean == 4)
        #expect(priors[rows: 10]?[.personal]?.mean == 10)
        #expect(priors[rows: 150]?[.personal]?.mean == 100)
        #expect(priors[rows: 0] == nil)
        #expect(priors[rows: 1000] == nil)
        #expect(priors[rows: 10]?[.local] == nil)
    }
}
