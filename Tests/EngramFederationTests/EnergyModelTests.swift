// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramWire
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct EnergyModelTests {
    private var device: DeviceProfile {
        var device = DeviceProfile()
        device.cyclesPerRow = 2e6
        device.frequency = 1e9
        device.capacitance = 1e-28
        device.power = 0.1
        device.bandwidth = 2e6
        device.noise = 1e-20
        device.gains = [1.4e-12, 6e-13, 3.0e-12]
        return device
    }

    private func close(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-12 * abs(b) }

    /// Figures by hand: κ c n E f² = 1e-28 · 2e6 · 300 · 5 · 1e18 = .3 J; c n E / f = 3 s.
    @Test func training() {
        let model = EnergyModel(device)
        #expect(close(model.computeJoules(rows: 300, epochs: 5), 0.3))
        #expect(close(model.computeSeconds(rows: 300, epochs: 5), 3))
        var measured = device
        measured.rowsPerSecond = 750
        #expect(close(EnergyModel(measured).computeSeconds(rows: 300, epochs: 5), 2))
        #expect(close(EnergyModel(measured).computeJoules(rows: 300, epochs: 5), 0.3))
    }

    /// Signal to noise hP / (N₀ b) = 7, 3, 15 for the three edges: 3, 2 and 4 bits per second and hertz.
    @Test func sending() {
        let model = EnergyModel(device)
        for (edge, bits) in [(0, 3.0), (1, 2), (2, 4), (9, 4)] {
            #expect(close(model.rate(to: edge), bits * 2e6))
            #expect(close(model.sendSeconds(bits: 12e6, to: edge), 6 / bits))
            #expect(close(model.sendJoules(bits: 12e6, to: edge), 0.6 / bits))
        }
    }

    @Test func aRoundIsBoth() {
        var member = Member(id: .toy(0), profile: ToyFederation.profile)
        member.profile.train = 300
        member.profile.circumstances = Circumstances(device: device)
        let price = Workload(epochs: 5, bits: 12e6).price(for: member)
        #expect(close(price.seconds, 5))
        #expect(close(price.joules, 0.5))
    }

    @Test func figuresStayFiniteAtTheBounds() {
        var worst = DeviceProfile()
        (worst.power, worst.bandwidth, worst.noise, worst.gains) = (1e-9, 1e12, 1, [1e-30])
        #expect(worst.problem == nil)
        let price = EnergyModel(worst)
        #expect(price.sendSeconds(bits: 1e12, to: 0).isFinite)
        #expect(price.sendJoules(bits: 1e12, to: 0).isFinite)
    }
}
