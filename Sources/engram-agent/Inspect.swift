// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import EngramAgent
import EngramFederation
import Foundation

struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says what is in a shard, and exactly what would leave this machine.")

    @Option(help: "The shard, a safetensors file.") var shard: String
    @Option(help: "A preset's name, or a recipe file.") var recipe = "constellation"
    @Flag(help: "As JSON.") var json = false

    func run() throws {
        let read = try ShardFile.read(shard)
        let chosen = try Preset.all.contains { $0.name == recipe } ? Preset.recipe(recipe) : Recipe(yaml: ShardFile.text(recipe))
        let profile = AgentProfile(read, hasTrainer: chosen.external != nil)
        if let why = chosen.problem(with: profile) { throw ValidationError("\(shard) with \(recipe): \(why)") }
        let inspection = Inspection(shard: read, recipe: chosen)
        if json {
            print(String(decoding: try JSONEncoder.stable.encode(inspection), as: UTF8.self))
        } else {
            print(inspection.text, terminator: "")
        }
    }
}
