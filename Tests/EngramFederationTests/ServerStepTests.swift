// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct ServerStepTests {
    static let names = Catalogue<any ServerStep>.server.names

    /// The model and memory after these updates, from zeros.
    private func run(_ step: any ServerStep, _ updates: [[Float]]) -> (model: [Float], memory: [Float]?) {
        var model = [Float](repeating: 0, count: updates[0].count)
        var memory: [Float]?
        for update in updates { step.apply(update, to: &model, memory: &memory) }
        return (model, memory)
    }

    @Test func replace() {
        let (model, memory) = run(ReplaceStep(), [[0.5, -1], [1, 1]])
        #expect(model == [1.5, 0])
        #expect(memory == nil)
        var half = ReplaceStep()
        half.rate = 0.5
        #expect(run(half, [[0.5, -1], [1, 1]]).model == [0.75, 0])
    }

    @Test func momentumAndNesterov() {
        var step = MomentumStep()
        step.beta = 0.5
        step.rate = 2
        let plain = run(step, [[1, 2], [1, 0]])
        #expect(plain.memory == [1.5, 1])
        #expect(plain.model == [2 + 3, 4 + 2])
        step.nesterov = true
        let ahead = run(step, [[1, 2], [1, 0]])
        #expect(ahead.memory == plain.memory)
        // 2(Δ + v/2): 2(1 + ½) + 2(1 + ¾), 2(2 + 1) + 2(0 + ½).
        #expect(ahead.model == [3 + 3.5, 6 + 1])
    }

    /// β₁ = ½, β₂ = ¾, τ = ½, η = 1, and Δ = 1, then −2, then 0; by hand, v from τ² = ¼.
    @Test func adaptiveStepsByHand() {
        let updates: [[Float]] = [[1], [-2], [0]]
        let m = [0.5, -0.75, -0.375]
        func expect(_ step: any ServerStep, _ v: [Double]) {
            let (model, memory) = run(step, updates)
            let moved = zip(m, v).map { $0 / ($1.squareRoot() + 0.5) }.reduce(0, +)
            #expect(ToyUpdates.gap(model, [moved]) < 1e-6)
            #expect(ToyUpdates.gap(memory ?? [], [m[2], v[2]]) < 1e-6)
        }
        var adagrad = AdagradStep()
        (adagrad.rate, adagrad.beta1, adagrad.tau) = (1, 0.5, 0.5)
        expect(adagrad, [1.25, 5.25, 5.25])
        var adam = AdamStep()
        (adam.rate, adam.beta1, adam.beta2, adam.tau) = (1, 0.5, 0.75, 0.5)
        expect(adam, [0.4375, 1.328125, 0.99609375])
        var yogi = YogiStep()
        (yogi.rate, yogi.beta1, yogi.beta2, yogi.tau) = (1, 0.5, 0.75, 0.5)
        expect(yogi, [0.5, 1.5, 1.5])
        // A v above Δ² falls by the same rule.
        #expect(yogi.secondMoment(1.5, squared: 1) == 1.25)
        #expect(yogi.secondMoment(2, squared: 2) == 2)
    }

    /// β₁ = β₂ = 0 leaves ηΔ/(|Δ| + τ).
    @Test func adamWithoutMemoryIsASmoothedSign() {
        var step = AdamStep()
        (step.rate, step.beta1, step.beta2, step.tau) = (0.1, 0, 0, 0.01)
        let (model, _) = run(step, [[3, -0.01, 0]])
        #expect(ToyUpdates.gap(model, [0.1 * 3 / 3.01, -0.05, 0]) < 1e-6)
    }

    @Test(arguments: names) func zerosStayZeros(name: String) throws {
        let step = try #require(Catalogue<any ServerStep>.server.make(name))
        let (model, memory) = run(step, [[Float]](repeating: [0, 0], count: 50))
        #expect(model == [0, 0])
        #expect(memory.map(Kernels.isFinite) ?? true)
    }

    /// The step does not depend on the size of the updates once they are far above τ.
    @Test(arguments: [1, 1e3, 1e6] as [Float]) func adaptiveStepsAreBounded(size: Float) {
        for step in [AdagradStep(), AdamStep(), YogiStep()] as [any ServerStep] {
            let (model, _) = run(step, [[Float]](repeating: [size, -size], count: 20))
            // Early on m/√v is (1 − β₁)/√(1 − β₂) = 1 at most, without bias correction then up to about 1/√(1 − β₂) = 10.
            #expect(model[0] > 0 && model[0] < 20 * 0.01 * 10)
            #expect(model[1] == -model[0])
        }
    }

    @Test(arguments: names) func optionsReadBackAsPrinted(name: String) throws {
        let catalogue = Catalogue<any ServerStep>.server
        var step = try #require(catalogue.make(name))
        var printed = Options(printing: "server")
        try catalogue.configure(&step, &printed)
        var read = try Options(reading: .map(printed.printed), path: "server")
        try catalogue.configure(&step, &read)
        try read.finish()
    }
}
