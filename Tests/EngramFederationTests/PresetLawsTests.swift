// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramLearning
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

/// What holds for every published method that the catalogue offers.
@Suite(.timeLimit(.minutes(5))) struct PresetLawsTests {
    static let names = Preset.all.map(\.name)

    /// The preset on toy data: a small network where it has hidden layers at all, a few rounds.
    private func recipe(_ name: String) throws -> Recipe {
        var recipe = try Preset.recipe(name)
        if !recipe.hidden.isEmpty { recipe.hidden = [5] }
        recipe.rounds = min(recipe.rounds, 6)
        // 24 rows: one batch of four and four of five.
        recipe.optimiser = SGD(rate: 0.1, batch: 5, epochs: min(recipe.optimiser.epochs, 2))
        recipe.signatureSize = 64
        return recipe
    }

    private func run(_ name: String, groups: [Int], crashChance: Double? = nil) throws -> ToyRun {
        var run = ToyRun(try recipe(name), try ToyFederation(groups: groups))
        if let crashChance {
            run.chaos = SeededGenerator(seed: 11, name)
            run.crashChance = crashChance
        }
        try run.run()
        return run
    }

    @Test(arguments: names) func recipesAreReadAsTheyArePrinted(name: String) throws {
        let recipe = try Preset.recipe(name)
        #expect(try Recipe(yaml: recipe.yaml).yaml == recipe.yaml)
        #expect(throws: Never.self) { try recipe.validate() }
    }

    /// Shuffled arrival, and a coordinator that dies between any two events, give the same bytes.
    @Test(arguments: names) func arrivalAndCrashesChangeNoByte(name: String) throws {
        let calm = try run(name, groups: [0, 1, 0, 1])
        let wild = try run(name, groups: [0, 1, 0, 1], crashChance: 0.04)
        #expect(calm.machine.state.phase == .finished)
        #expect(wild.slots == calm.slots)
        #expect(wild.machine.state.vectors == calm.machine.state.vectors)
        #expect(wild.machine.state.rows == calm.machine.state.rows)
    }

    /// Every tensor that is missing, of another size, not finite or never asked for is refused by a check that holds no state.
    @Test(arguments: names) func aMalformedParcelIsRefused(name: String) throws {
        var recipe = try recipe(name)
        // A coin may leave the one agent out.
        recipe.cohort = WholeCohort()
        let toy = try ToyFederation(groups: [0])
        let shard = try #require(toy.shards[.toy(0)])
        let participant = Participant(id: .toy(0), recipe: recipe, shard: shard)
        var script = MachineScript(recipe)
        script.connect(0, profile: AgentProfile(shard))
        let assignment = try #require(script.machine.assignment(for: .toy(0)))
        let content = ParameterSet(zeros: participant.exchange.layout)
        let models = Dictionary(uniqueKeysWithValues: assignment.offers.map { ($0.slot, content) })
        let outcome = try participant.perform(assignment, models: models, memory: nil)
        let check = UploadCheck(recipe: recipe, exchange: participant.exchange)
        let member = Member(id: .toy(0), profile: AgentProfile(shard))
        func evidence(_ parcel: Parcel) throws -> AgentEvidence {
            try check.evidence(parcel.encoded(), from: member, for: assignment)
        }
        #expect(throws: Never.self) { try evidence(outcome.upload) }
        for index in outcome.upload.tensors.indices {
            let honest = outcome.upload.tensors[index]
            var parcel = outcome.upload
            parcel.tensors.remove(at: index)
            #expect(throws: UpdateError.self, "without \(honest.name)") { try evidence(parcel) }
            for spoilt in [[Float](repeating: 0, count: honest.count + 1), [Float](repeating: .nan, count: honest.count)]
            where !spoilt.isEmpty {
                parcel = outcome.upload
                parcel.tensors[index] = UpdateCodec.exact.pack(spoilt, name: honest.name)
                #expect(throws: UpdateError.self, "\(honest.name)") { try evidence(parcel) }
            }
        }
        var parcel = outcome.upload
        parcel.tensors.append(UpdateCodec.exact.pack([1], name: "update/c99"))
        #expect(throws: UpdateError.self) { try evidence(parcel) }
    }

    /// Whose model an agent alone ends with: its own, unless the method adds something on purpose.
    @Test(arguments: names) func oneAgentAloneGetsItsOwnModel(name: String) throws {
        let recipe = try recipe(name)
        guard recipe.privacy is NoPrivacy else { return }
        guard recipe.codec.isExact, type(of: recipe.server).name == ReplaceStep.name, recipe.training.sendsUpdates else { return }
        var run = ToyRun(recipe, try ToyFederation(groups: [0]))
        run.stopsAfter = 1
        try run.run()
        let state = run.machine.state
        let home = try #require(state.book.cluster(of: .toy(0))?.id)
        let layout = try #require(run.machine.exchange?.layout)
        let slot = try #require(state.book.slot(home))
        let model = try ParameterSet(safetensors: run.blobs[slot.model] ?? [], layout: layout)
        let upload = try Parcel(decoding: try #require(run.spool[.toy(0)]).bytes, limits: WireLimits())
        let own = try #require(upload.tensors.first { $0.name.hasPrefix("update/c") }).unpacked()
        let initial = try #require(run.firstModels[home] ?? run.firstModels.sorted { $0.key < $1.key }.first?.value)
        for i in own.indices { #expect(abs(model.values[i] - initial.values[i] - own[i]) < 1e-5) }
    }
}
