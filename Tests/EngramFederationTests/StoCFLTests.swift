// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramLearning
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct StoCFLTests {
    private func found(
        _ groups: [Int], rounds: Int = 8, late: [Int: Int] = [:], _ change: (inout Recipe) -> Void = { _ in }
    ) throws -> ToyGrouping {
        try ToyGrouping(StoCFL(), groups: groups, rounds: rounds, late: late) {
            $0.training = GlobalPullTraining()
            $0.globalReference = true
            change(&$0)
        }
    }

    @Test(arguments: [[0, 1, 0, 1, 1, 0], [0, 0, 2, 1, 2, 1, 0]], [[], [8]]) func plantedGroupsAreFoundWithoutACount(
        groups: [Int], hidden: [Int]
    ) throws {
        let found = try found(groups) { $0.hidden = hidden }
        #expect(found.rand == 1)
        #expect(found.book.clusters.count == Set(groups).count)
    }

    @Test func identicalAgentsStayTogether() throws {
        #expect(try found([0, 0, 0, 0, 0]).book.clusters.count == 1)
    }

    @Test func agentsJoinAsTheyAreFirstSeen() throws {
        let found = try found([0, 1, 0, 1, 1, 0, 0, 1], rounds: 14) {
            var cohort = SampledCohort()
            cohort.fraction = 0.25
            $0.cohort = cohort
        }
        #expect(found.rand == 1)
        #expect(found.book.lineage.contains { $0.event == .placed && $0.figures["cosine"] ?? 0 > 0.15 })
    }

    @Test func whoComesWhileTheRunIsUnderWayIsPlaced() throws {
        let found = try found([0, 1, 0, 1, 1, 0, 1, 0], late: [6: 3, 7: 4])
        #expect(found.rand == 1)
        #expect(found.book.lineage.filter { $0.event == .placed }.allSatisfy { $0.figures["loss"] != nil })
    }

    /// Two clusters whose means have come together take the mean of their models, then one cluster takes them over.
    @Test func clustersThatHaveBecomeAlikeJoin() throws {
        let grouping = StoCFL()
        var book = ClusterBook()
        let members = (0..<4).map { Member(id: .toy($0), profile: ToyFederation.profile) }
        var state = grouping.begin(members, book: &book, initial: { _ in .init(of: []) })
        let directions: [[Float]] = [[1, 0, 0.2], [1, 0, 0.1], [-1, 0.1, 0], [0, 1, 0]]
        func evidence(_ round: Int, _ agents: [Int], home: SlotID? = nil) -> RoundEvidence {
            RoundEvidence(
                round: round, rounds: 9,
                agents: agents.map { i in
                    let slot = home ?? book.cluster(of: .toy(i))?.id ?? .cluster(1)
                    return AgentEvidence(
                        agent: .toy(i), home: slot, rows: 10,
                        slots: [
                            slot: .init(
                                trainLoss: 1, validation: Evaluation(count: 1, loss: 1, metric: 0), gain: 0, gainDeviation: 0,
                                norm: 1)
                        ],
                        signature: Signature(directions[i]), rowsOfReport: nil)
                }, meanNorms: [:])
        }
        let seen = evidence(1, [0, 1, 2])
        grouping.review(seen, state: &state, book: &book)
        #expect(book.clusters.map(\.members) == [[.toy(0), .toy(1), .toy(3)], [.toy(2)]])
        #expect(!grouping.counts(.toy(3), state: state) && grouping.counts(.toy(2), state: state))
        // The third comes late and is like nobody.
        let anchor = try #require(grouping.offers(to: .toy(3), round: 2, state: state, book: book).uses.first?.slot)
        #expect(book.slot(anchor)?.role == .candidate)
        let late = evidence(2, [3], home: anchor)
        grouping.review(late, state: &state, book: &book)
        #expect(book.clusters.map(\.members) == [[.toy(0), .toy(1)], [.toy(2)], [.toy(3)]])
        #expect(grouping.counts(.toy(3), state: state))
        #expect(state.joining.isEmpty)
        // What represents two clusters comes near each other.
        let ids = book.clusters.map(\.id)
        state.representations[.toy(2)] = Signature([1, 0, 0.3])
        let third = evidence(3, [0])
        grouping.review(third, state: &state, book: &book)
        #expect(state.joining.map(\.clusters) == [[ids[0], ids[1]]])
        state.joining = [.init(clusters: [.cluster(1), .cluster(2)], sizes: [2, 1], cosine: 0.9)]
        var desk = try MixingDesk.toy(grouping, round: 4, models: [[3, 0], [0, 6], [1, 1]], uploads: [])
        grouping.mix(&desk, state: state)
        #expect(desk.models == [.cluster(1): [2, 2], .cluster(2): [2, 2], .cluster(3): [1, 1]])
        state.joining = [.init(clusters: [ids[0], ids[1]], sizes: [2, 1], cosine: 0.9)]
        let fourth = evidence(4, [0])
        grouping.review(fourth, state: &state, book: &book)
        #expect(Set(book.clusters.map(\.members)) == [[.toy(3)], [.toy(0), .toy(1), .toy(2)]])
        #expect(state.joining.isEmpty)
    }

    @Test func withoutPullTheModelsAreThoseOfPlainTraining() throws {
        let free = try found([0, 1, 0, 1], rounds: 4) {
            var training = GlobalPullTraining()
            training.lambda = 0
            $0.training = training
        }
        let plain = try found([0, 1, 0, 1], rounds: 4) { $0.training = PlainTraining() }
        #expect(free.run.slots == plain.run.slots)
        let pulled = try found([0, 1, 0, 1], rounds: 4)
        #expect(pulled.run.slots[.reference] == plain.run.slots[.reference])
        #expect(pulled.run.slots != plain.run.slots)
    }

    @Test func aStrongPullEndsInTheGlobalModel() throws {
        let shard = try #require(try ToyFederation(groups: [0]).shards[.toy(0)])
        let network = Network(ModelSpec(fitting: shard, hidden: []))
        let zero = ParameterSet(zeros: network.layout)
        var global = zero
        for i in global.values.indices { global.values[i] = Float(i % 3) }
        func end(_ lambda: Double, first: Bool = false) -> [Float] {
            var step = LocalStep(
                trainer: Trainer(network, SGD(rate: 0.01, batch: 8, epochs: 30)), shard: shard, rows: shard.train, round: 1,
                rounds: 1,
                rate: 0.01, slot: .cluster(1),
                offers: [.reference: .init(model: global, statistics: [:], use: .reference)], received: zero,
                personal: first ? nil : zero, generator: SeededGenerator(seed: 1))
            var training = GlobalPullTraining()
            training.lambda = lambda
            training.train(&step)
            return step.model.values
        }
        func distance(_ lambda: Double) -> Double { Kernels.norm(Kernels.subtract(end(lambda), global.values)) }
        #expect(distance(90) < distance(0) / 10)
        // An agent's first update of a model is its own.
        #expect(end(90, first: true) == end(0))
    }

    @Test func thePullNeedsAGlobalModelBesideClusters() {
        #expect(throws: RecipeError.self) { try Recipe(yaml: "training: global_pull") }
        #expect(throws: RecipeError.self) { try Recipe(yaml: "preset: stocfl\nreference: {global: false}") }
        #expect(throws: RecipeError.self) { try Recipe(yaml: "preset: stocfl\nsignature: {size: 32}") }
    }
}
