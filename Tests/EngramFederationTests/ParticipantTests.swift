// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct ParticipantTests {
    let shard: Shard

    init() throws { shard = try #require(try ToyFederation(groups: [0]).shards[.toy(0)]) }

    private func participant(_ change: (inout Recipe) -> Void = { _ in }) -> (Participant, ParameterSet) {
        let participant = Participant(id: .toy(0), recipe: ToyFederation.recipe(change), shard: shard)
        return (participant, participant.recipe.initialModel(participant.network, 0))
    }

    @Test func aMemoryOfAnotherRoundOrRunIsRefused() throws {
        let (participant, model) = participant()
        let models = [SlotID.cluster(1): model]
        #expect(throws: ParticipantError.wrongMemory(held: 0, wanted: 3)) {
            try participant.perform(.toy(round: 4, base: 3), models: models, memory: nil)
        }
        #expect(throws: ParticipantError.wrongMemory(held: 2, wanted: 3)) {
            try participant.perform(
                .toy(round: 4, base: 3), models: models, memory: AgentMemory(run: RunID(checked: "toy"), round: 2))
        }
        #expect(throws: ParticipantError.wrongMemory(held: 3, wanted: 3)) {
            try participant.perform(
                .toy(round: 4, base: 3), models: models, memory: AgentMemory(run: RunID(checked: "x"), round: 3))
        }
    }

    @Test func modelsThatAreMissingOrDoNotFitAreRefused() throws {
        let (participant, _) = participant()
        #expect(throws: ParticipantError.missingModel(.cluster(1))) {
            try participant.perform(.toy(round: 1, base: 0), models: [:], memory: nil)
        }
        let other = ParameterSet(zeros: try ParameterLayout(tensors: [TensorSpec(name: "x", shape: [2])]))
        #expect(throws: ParticipantError.wrongModel(.cluster(1))) {
            try participant.perform(.toy(round: 1, base: 0), models: [.cluster(1): other], memory: nil)
        }
        let homeless = Assignment(
            run: RunID(checked: "toy"), round: 1, base: 0, trains: true, choosesHome: false, shares: false, describes: false,
            offers: [], living: [],
            globalSlot: nil)
        #expect(throws: ParticipantError.noHome) { try participant.perform(homeless, models: [:], memory: nil) }
    }

    /// What cannot be read again must not be kept: the agent would fail in every later round.
    @Test func divergenceOfThePersonalPartIsAnErrorToo() throws {
        let (participant, model) = participant {
            $0.hidden = [8]
            $0.training = {
                var ditto = DittoTraining()
                ditto.lambda = 1000
                return ditto
            }()
            $0.optimiser = SGD(rate: 0.05, batch: 1, epochs: 200)
        }
        #expect(throws: ParticipantError.personalDiverged) {
            try participant.perform(.toy(round: 1, base: 0), models: [.cluster(1): model], memory: nil)
        }
    }

    @Test func divergenceIsAnErrorAndNotAnUpload() throws {
        let (participant, model) = participant {
            $0.hidden = [8, 8]
            $0.optimiser = SGD(rate: 1000, momentum: 0.9, weightDecay: 10, batch: 1, epochs: 200)
        }
        #expect(throws: ParticipantError.diverged(.cluster(1))) {
            try participant.perform(.toy(round: 1, base: 0), models: [.cluster(1): model], memory: nil)
        }
    }

    @Test func theSameWorkGivesTheSameBytes() throws {
        let (participant, model) = participant { $0.hidden = [4] }
        let work = Assignment.toy(
            round: 1, base: 0, more: [(.cluster(2), .candidate), (.cluster(3), .probe), (.reference, .reference)])
        let models = Dictionary(uniqueKeysWithValues: work.offers.map { ($0.slot, model) })
        let (a, b) = (
            try participant.perform(work, models: models, memory: nil), try participant.perform(work, models: models, memory: nil)
        )
        #expect(a.upload.encoded() == b.upload.encoded())
        #expect(a.memory.safetensors() == b.memory.safetensors())
        // Home, candidate and reference were trained, the probe was only looked at.
        let names = a.upload.tensors.map(\.name).sorted()
        #expect(names == ["signature", "update/c1", "update/c2", "update/global"])
        #expect(a.upload.scalars["slot/c3/gain"] == 0)
        #expect(a.upload.scalars["slot/c3/train_loss"] == nil)
    }

    @Test func theLastExchangeSendsFiguresAndNoUpdates() throws {
        let (participant, model) = participant()
        let outcome = try participant.perform(.toy(round: 5, base: 0, trains: false), models: [.cluster(1): model], memory: nil)
        #expect(outcome.upload.tensors.isEmpty)
        #expect(outcome.rows.test[.deployed] == outcome.rows.test[outcome.rows.chosen])
        #expect(outcome.rows.test[.cluster]?.count == shard.test.count)
    }

    @Test func privateTensorsStayWithTheAgent() throws {
        let (participant, model) = participant {
            $0.hidden = [4]
            $0.sharing = ShareBase()
        }
        let shared = try model.selecting(participant.exchange.shared)
        let outcome = try participant.perform(.toy(round: 1, base: 0), models: [.cluster(1): shared], memory: nil)
        #expect(outcome.upload.tensor("update/c1")?.count == participant.exchange.shared.count)
        #expect(participant.exchange.shared.tensors.map(\.name) == ["layers.0.weight", "layers.0.bias"])
        let personal = try #require(outcome.memory.personal[.cluster(1)])
        #expect(personal["layers.1.weight"] != model["layers.1.weight"])
        // In the next round the agent's own head is put onto the received base.
        let next = try participant.perform(.toy(round: 2, base: 1), models: [.cluster(1): shared], memory: outcome.memory)
        #expect(next.upload.encoded() != outcome.upload.encoded())
    }

    @Test func theHomeWithTheLeastTrainingLossIsChosen() throws {
        let (participant, model) = participant()
        var good = model
        var generator = SeededGenerator(seed: 1)
        _ = Trainer(participant.network, SGD(rate: 0.3, batch: 8, epochs: 20)).train(
            &good, on: shard.data, rows: shard.train, using: &generator)
        let work = Assignment.toy(round: 1, base: 0, more: [(.cluster(2), .home)], choosesHome: true)
        let outcome = try participant.perform(work, models: [.cluster(1): model, .cluster(2): good], memory: nil)
        #expect(outcome.upload.scalars["home/c2"] == 1)
        #expect(outcome.upload.scalars["home/c1"] == nil)
        #expect(outcome.upload.tensor("update/c1") == nil)
        #expect((outcome.upload.scalars["slot/c1/gain"] ?? 0) < 0)
    }

    @Test func lossesAreCalibratedWhereCandidatesAreOnTrial() throws {
        let (participant, model) = participant()
        let alone = try participant.perform(
            .toy(round: 1, base: 0, more: [(.cluster(4), .probe)]), models: [.cluster(1): model, .cluster(4): model], memory: nil)
        #expect(!alone.upload.scalars.keys.contains { $0.hasSuffix("calibrated_loss") })
        let work = Assignment.toy(round: 1, base: 0, more: [(.cluster(2), .candidate), (.cluster(4), .probe)])
        let offered = Dictionary(uniqueKeysWithValues: [1, 2, 4].map { (SlotID.cluster($0), model) })
        let outcome = try participant.perform(work, models: offered, memory: nil)
        let outputs = participant.network.outputs(model, shard.data, rows: shard.validation)
        let expected = participant.network.calibratedLoss(
            outputs: outputs, shard.data, rows: shard.validation, levels: MajorityAnswer(shard).levels)
        #expect(outcome.upload.scalars["slot/c1/calibrated_loss"] == expected)
        #expect(outcome.upload.scalars["slot/c2/calibrated_loss"] == expected)
        #expect(outcome.upload.scalars["slot/c4/calibrated_loss"] == nil)
        let evidence = try AgentEvidence(
            outcome.upload, from: participant.id, for: work,
            member: Member(id: participant.id, profile: participant.profile), recipe: participant.recipe)
        #expect(evidence.slots[.cluster(1)]?.calibratedLoss == expected)
        #expect(evidence.slots[.cluster(4)]?.calibratedLoss == nil)
    }

    @Test func theGateDeploysWhatIsBestOnValidationRows() throws {
        let (participant, model) = participant { $0.localReference = true }
        // An untrained cluster model against a local one that has learnt for some rounds.
        var memory: AgentMemory?
        for round in 1...3 {
            memory = try participant.perform(
                .toy(round: round, base: round - 1), models: [.cluster(1): model], memory: memory
            ).memory
        }
        let outcome = try participant.perform(
            .toy(round: 4, base: 3, trains: false), models: [.cluster(1): model], memory: memory)
        #expect([Row.local, .personal].contains(outcome.rows.chosen))
        #expect(outcome.deployed?.parameters != model)
        #expect((outcome.rows.test[.local]?.metric ?? 0) > (outcome.rows.test[.cluster]?.metric ?? 1))
    }
}
