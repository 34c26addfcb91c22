// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct FedGroupTests {
    private func grouping(_ clusters: Int, mixing: Double = 0) -> FedGroup {
        var grouping = FedGroup()
        (grouping.clusters, grouping.mixing) = (clusters, mixing)
        return grouping
    }

    @Test(arguments: [[0, 1, 0, 1, 1, 0], [0, 0, 2, 1, 2, 1, 0]], [[], [8]]) func plantedGroupsAreFound(
        groups: [Int], hidden: [Int]
    )
        throws
    {
        let found = try ToyGrouping(grouping(Set(groups).count), groups: groups) { $0.hidden = hidden }
        #expect(found.rand == 1)
        #expect(found.filled.count == Set(groups).count)
    }

    @Test func groupsStartFromThePlainMeanOfTheirModels() throws {
        let found = try ToyGrouping(grouping(2), groups: [0, 1, 0, 1, 1], rounds: 1)
        #expect(found.filled.count == 2)
        for cluster in found.filled {
            let models = (0..<5).filter { cluster.members.contains(.toy($0)) }.map {
                found.trained($0, round: 1, slot: .cluster(1))
            }
            #expect(gap(found.model(cluster.id), mean(models, weights: models.map { _ in 1 })) < 1e-6)
        }
    }

    /// w ← w + η Σ w′/‖w′‖ over the other groups, all from the folded models.
    @Test func mixingAddsTheOtherGroupsDirections() throws {
        let alone = try ToyGrouping(grouping(3), groups: [0, 1, 2, 0, 1, 2], rounds: 2)
        let mixed = try ToyGrouping(grouping(3, mixing: 0.3), groups: [0, 1, 2, 0, 1, 2], rounds: 2)
        let slots = alone.filled.map(\.id)
        #expect(slots.count == 3 && mixed.filled.map(\.id) == slots)
        for slot in slots {
            var expected = alone.model(slot)
            for other in slots where other != slot {
                let model = alone.model(other)
                Kernels.axpy(Float(0.3 / Kernels.norm(model)), model, into: &expected)
            }
            #expect(gap(mixed.model(slot), expected) < 1e-6)
        }
    }

    @Test func whoComesLateJoinsByItsFirstUpdate() throws {
        let found = try ToyGrouping(
            grouping(2), groups: [0, 1, 0, 1, 1, 0, 1, 0], rounds: 6, late: [6: 2, 7: 3])
        #expect(found.rand == 1)
        let placed = found.book.lineage.filter { $0.event == .placed }
        #expect(placed.map(\.agents) == [[.toy(6)], [.toy(7)]])
        #expect(placed.allSatisfy { $0.figures["cosine"] ?? 0 > 0.3 })
        // The common start is kept for them, and nobody has moved it.
        #expect(found.book.slots.contains { $0.role == .candidate && $0.version == 0 })
    }

    @Test func whoIsNotPlacedByTheEndGetsAGroupAllTheSame() throws {
        let found = try ToyGrouping(grouping(2), groups: [0, 1, 0, 1, 1], rounds: 3, late: [4: 3])
        #expect(found.run.machine.state.phase == .finished)
        #expect(found.home(4) != nil)
        #expect(found.run.machine.state.rows[.toy(4)] != nil)
    }

    @Test func notEveryoneNeedBeThereAtFirst() throws {
        let found = try ToyGrouping(grouping(2), groups: [0, 1, 0, 1, 1, 0, 0, 1], rounds: 12) {
            var cohort = SampledCohort()
            cohort.fraction = 0.5
            $0.cohort = cohort
        }
        #expect(found.rand == 1)
    }

    @Test func moreGroupsThanAgents() throws {
        let found = try ToyGrouping(grouping(7), groups: [0, 1, 0])
        #expect((1...3).contains(found.filled.count))
        #expect(found.book.clusters.count == found.filled.count)
    }
}
