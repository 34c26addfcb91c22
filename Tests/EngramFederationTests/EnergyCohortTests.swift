// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct EnergyCohortTests {
    /// Members with gains to two edges, by signal to noise 2^k − 1: k bits per second and hertz.
    private func members(_ bits: [(Double, Double)], losses: [Double?]) -> [Member] {
        CohortTests.members(bits.count) { number, member in
            var device = DeviceProfile()
            (device.power, device.bandwidth, device.noise, device.capacitance) = (1, 1, 1e-9, 1e-40)
            device.gains = [bits[number].0, bits[number].1].map { (exp2($0) - 1) * 1e-9 }
            member.profile.circumstances = Circumstances(device: device)
            member.lastLoss = losses[number]
            member.lastCounted = 1
        }
    }

    private func exp2(_ bits: Double) -> Double { (0..<Int(bits)).reduce(1) { value, _ in value * 2 } }

    private func select(_ cohort: EnergyCohort, _ members: [Member]) -> Selection {
        var generator = SeededGenerator(seed: 1)
        let outlook = RoundOutlook(round: 2, workload: Workload(epochs: 1, bits: 12))
        return cohort.select(from: members, outlook, using: &generator)
    }

    /// Joules are 12 / k. Agents 0 and 1 both want edge 0; moving 1 away costs less.
    @Test func twoWantTheSameEdge() {
        var cohort = EnergyCohort()
        (cohort.edges, cohort.capacity) = (2, 1)
        let chosen = select(cohort, members([(6, 1), (4, 3)], losses: [1, 1]))
        #expect(chosen.agents == [.toy(0), .toy(1)])
        #expect(chosen.edges == [.toy(0): 0, .toy(1): 1])
    }

    @Test func theDearRestUnlessTheyFareBadly() {
        var cohort = EnergyCohort()
        (cohort.edges, cohort.capacity, cohort.lambda) = (1, 2, 1)
        let bits = [(6.0, 1.0), (4, 1), (3, 1)]
        #expect(select(cohort, members(bits, losses: [1, 1, 1])).agents == [.toy(0), .toy(1)])
        // Agent 2 takes 4 J, agent 1 takes 3 J: a loss that is greater by more than 1 turns it.
        #expect(select(cohort, members(bits, losses: [1, 1, 2.5])).agents == [.toy(0), .toy(2)])
        #expect(select(cohort, members(bits, losses: [1, 1, 1.5])).agents == [.toy(0), .toy(1)])
        // Nothing is known of 1: it counts as the worst, and would rest if it counted as none.
        #expect(select(cohort, members(bits, losses: [1, nil, 2.5])).agents == [.toy(0), .toy(1)])
        #expect(select(cohort, members(bits, losses: [1, 0, 2.5])).agents == [.toy(0), .toy(2)])
    }

    /// Against all ways to choose and to assign.
    @Test func noOtherChoiceIsCheaper() {
        var generator = SeededGenerator(seed: 9)
        var cohort = EnergyCohort()
        (cohort.edges, cohort.capacity, cohort.lambda) = (2, 2, 2)
        for _ in 0..<20 {
            let bits = (0..<6).map { _ in (Double(1 + generator.below(8)), Double(1 + generator.below(8))) }
            let everybody = members(bits, losses: (0..<6).map { _ in 3 * generator.uniform() })
            let workload = Workload(epochs: 1, bits: 12)
            func cost(_ places: [Int]) -> Double {
                zip(everybody, places).reduce(0.0) { sum, pair in
                    guard pair.1 < 2 else { return sum }
                    return sum + workload.price(for: pair.0, to: pair.1).joules - 2 * (pair.0.lastLoss ?? 0)
                }
            }
            var best = Double.infinity
            for code in 0..<729 {
                var places: [Int] = [], rest = code
                for _ in 0..<6 {
                    places.append(rest % 3)
                    rest /= 3
                }
                if (0...2).allSatisfy({ edge in places.count { $0 == edge } == 2 }) { best = min(best, cost(places)) }
            }
            let chosen = select(cohort, everybody)
            let places = everybody.map { chosen.agents.contains($0.id) ? chosen.edges[$0.id] ?? 0 : 2 }
            #expect(abs(cost(places) - best) < 1e-9)
        }
    }
}
