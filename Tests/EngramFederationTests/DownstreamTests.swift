// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramLearning
import EngramTensors
import EngramWire
import Foundation
import Testing

@testable import EngramFederation

/// Runs whose models travel as steps.
@Suite(.timeLimit(.minutes(5))) struct DownstreamTests {
    /// A method and what it needs beside `codec.down`.
    static let runs = [
        "fedavg", "fedadam", "fedavgm", "scaffold", "constellation", "cfl", "ifca", "stocfl", "flhc", "ditto", "fedper",
        "dp-fedavg", "fedbuff",
    ]

    private func recipe(_ preset: String, down: String = "['qsgd(3)']") throws -> Recipe {
        let extra = preset == "dp-fedavg" ? "privacy: {noise_seed: 3}" : ""
        return try Recipe(
            yaml: """
                preset: \(preset)
                rounds: 8
                model: {hidden: [12]}
                optimiser: {rate: 0.1, batch: 8, epochs: 1}
                codec: {down: \(down)}
                \(extra)
                """)
    }

    private func run(_ recipe: Recipe, crashChance: Double = 0) throws -> ToyRun {
        var run = ToyRun(recipe, try ToyFederation(groups: [0, 1, 0, 1, 0, 1]))
        if crashChance > 0 { run.chaos = SeededGenerator(seed: 9) }
        run.crashChance = crashChance
        try run.run()
        return run
    }

    /// Every model that is offered with a step follows from the version before it, byte for byte; crashes leave no trace.
    @Test(arguments: runs) func everyStepLeadsToItsModel(preset: String) throws {
        let recipe = try recipe(preset)
        let calm = try run(recipe)
        let slots = calm.machine.state.book.slots
        #expect(slots.contains { $0.delta != nil })
        for slot in slots {
            guard let delta = slot.delta else { continue }
            let step = try ModelStep(decoding: try #require(calm.blobs[delta.blob]), limits: WireLimits())
            let before = try #require(calm.blobs[delta.from])
            #expect(try step.applied(to: before) == calm.blobs[slot.model])
            #expect(calm.machine.state.blobs.contains(delta.blob))
        }
        let wild = try run(recipe, crashChance: 0.08)
        #expect(wild.crashes > 0)
        #expect(try wild.machine.state.encoded() == calm.machine.state.encoded())
    }

    /// Steps that no current model follows by are garbage.
    @Test func oldStepsAreLetGo() throws {
        let run = try run(recipe("fedavg"))
        let steps = run.blobs.filter { $0.value.starts(with: Array("EGP1".utf8)) }.keys
        #expect(steps.count == 8)
        #expect(run.machine.state.blobs.intersection(steps).count == 1)
    }

    /// A run without `codec.down` says nothing of steps anywhere.
    @Test func withoutTheSettingNothingIsSaid() throws {
        var recipe = try recipe("fedavg")
        recipe.down = nil
        let run = try run(recipe)
        #expect(!String(decoding: try run.machine.state.encoded(), as: UTF8.self).contains("delta"))
        let work = try JSONEncoder.stable.encode(Assignment.toy(round: 1, base: 0))
        #expect(!String(decoding: work, as: UTF8.self).contains("delta"))
        #expect(run.slots != (try self.run(self.recipe("fedavg"))).slots)
    }

    /// Agents with a part of the model fetch it as it is.
    @Test func narrowAgentsFetchWholeModels() throws {
        let recipe = try recipe("heterofl")
        var toy = try ToyFederation(groups: [0, 0, 0])
        toy.change { number, shard in if number == 1 { shard.circumstances.budget = 0.5 } }
        var run = ToyRun(recipe, toy)
        run.stopsAfter = 2
        try run.run()
        #expect(run.machine.assignment(for: .toy(0))?.offers.first?.delta != nil)
        #expect(run.machine.assignment(for: .toy(1))?.offers.first.map { $0.delta == nil } == true)
    }

    /// A new slot starts as a copy: by the same step, with the same debt.
    @Test func copiesKeepTheStep() throws {
        var book = ClusterBook()
        let id = book.open(.cluster, model: Digest(of: [1]))
        let delta = ModelDelta(from: Digest(of: [1]), blob: Digest(of: [2]))
        book.advance(id, to: FoldedSlot(model: Digest(of: [3]), memory: Digest(of: [4]), norm: 1, delta: delta))
        let copy = try #require(book.openCandidate(copying: id).flatMap { book.slot($0) })
        #expect(copy.delta == delta && copy.memory == Digest(of: [4]))
        book.advance(id, to: FoldedSlot(model: Digest(of: [5]), memory: nil, norm: 1))
        #expect(book.slot(id).map { $0.delta == nil } == true)
    }

    @Test(arguments: ["fedamp", "pfedhn", "fedu", "fesem", "fedsoft", "fed3r", "fedproto"]) func senselessCombinationsAreRefused(
        preset: String
    ) {
        #expect(throws: Never.self) { try Recipe(yaml: "preset: \(preset)") }
        #expect { try Recipe(yaml: "{preset: \(preset), codec: {down: [int8]}}") } throws: { "\($0)".contains("codec.down") }
    }

    @Test func theSettingIsReadAsItIsPrinted() throws {
        let recipe = try recipe("fedavg", down: "[topK(0.1), int8]")
        #expect(recipe.down?.steps == [.topK(fraction: 0.1), .int8])
        #expect(recipe.codec == .exact)
        #expect(try Recipe(yaml: recipe.yaml).down == recipe.down)
        #expect(try Recipe(yaml: "preset: fedavg").down == nil)
        #expect { try Recipe(yaml: "codec: {down: [float23]}") } throws: { "\($0)".contains("codec.down") }
        #expect(throws: RecipeError.self) { try Recipe(yaml: "codec: {down: [int8, float32]}") }
    }
}
