// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramOperator
import EngramWire
import Foundation
import Testing

@Suite(.timeLimit(.minutes(5)))
struct DevicePlanTests {
    @Test("devices are written with the shards, and follow from seed and name")
    func devices() throws {
        let temporary = try TemporaryFolder()
        var plan = DevicePlan()
        plan.edges = 3
        let made = try plan(Toy.agents())
        let folder = try FederationFolder.write(
            made, to: temporary.path + "/f", name: "f", origin: .init(command: "test", seed: 1))
        let read = try folder.agents()
        for (old, new) in zip(made, read) {
            #expect(new.shard.circumstances == old.shard.circumstances)
            let device = try #require(new.shard.circumstances.device)
            #expect(device.problem == nil)
            #expect(device.gains.count == 3)
            #expect((plan.slowest...plan.fastest).contains(device.frequency))
            // Between 10 m and the far side of the disc: −52.9 to −123.5 dB.
            #expect(device.gains.allSatisfy { (1e-13...1e-5).contains($0) })
        }
        #expect(Set(read.compactMap { $0.shard.circumstances.device?.frequency }).count == 6)
        #expect(
            try plan(Toy.agents(2)).map { $0.shard.circumstances.device } == made.prefix(2).map { $0.shard.circumstances.device })
        plan.budgets = [0.5, 0.25]
        #expect(Set(try plan(Toy.agents()).map { $0.shard.circumstances.budget }) == [0.5, 0.25])
        plan.seed = 2
        #expect(try plan(Toy.agents())[0].shard.circumstances != made[0].shard.circumstances)
    }

    @Test("what cannot be is refused")
    func refused() throws {
        let agents = try Toy.agents(1)
        for change: (inout DevicePlan) -> Void in [
            { $0.edges = 0 }, { $0.edges = 65 }, { $0.radius = -1 }, { $0.radius = .nan }, { $0.slowest = 3e9 }, { $0.seed = -1 },
            { $0.cyclesPerRow = 0 }, { $0.slowest = 0 }, { $0.budgets = [2] },
        ] {
            var plan = DevicePlan()
            change(&plan)
            #expect(throws: OperatorError.self) { try plan(agents) }
        }
    }
}
