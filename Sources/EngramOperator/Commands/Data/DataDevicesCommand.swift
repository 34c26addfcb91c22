// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
import Foundation

/// `engram data devices`.
package struct DataDevicesCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "devices",
        abstract: "Make up machines and places for the agents of a federation folder.",
        discussion: """
            Every shard of the new folder declares a device (metadata engram.device, docs/formats.md): how fast its processor is, and how
            far its edges are. Recipes with rounds_close.order: declared, and the cohorts over_selected, buffered, staleness and energy, go by it.

            Example: engram data devices --data F --edges 4 --output G
            """)

    @Option(help: "The federation folder to read.") package var data: String
    @Option(help: "Edges, evenly on a circle.") package var edges = 1
    @Option(help: "Radius of the disc in which the agents lie, in metres.") package var radius = 500.0
    @Option(help: "Least clock frequency, in hertz.") package var slowest = 2e8
    @Option(help: "Greatest clock frequency, in hertz.") package var fastest = 2e9
    @Option(help: "Processor cycles for one row of one training pass.") package var cyclesPerRow = 1e7
    @Option(help: "Widths that agents can afford, such as 1,0.5,0.25,0.125,0.0625 (sharing: width).") package var budgets: String?
    @Option(help: "Everything random follows from it.") package var seed = 1
    @OptionGroup package var output: FolderOutputOptions

    package init() {}

    package func run() async throws {
        let folder = try FederationFolder(reading: data)
        var plan = DevicePlan()
        (plan.edges, plan.radius, plan.slowest, plan.fastest) = (edges, radius, slowest, fastest)
        (plan.cyclesPerRow, plan.seed) = (cyclesPerRow, seed)
        if let budgets {
            let parts = budgets.split(separator: ",").map { Double($0.trimmingCharacters(in: .whitespaces)) }
            plan.budgets = parts.compactMap { $0 }
            guard !parts.isEmpty, plan.budgets.count == parts.count else {
                throw OperatorError.usage("--budgets must be numbers with commas between them")
            }
        }
        try output.deliver(
            try plan(folder.agents()), fallbackName: folder.manifest.name,
            command: (folder.manifest.madeBy.map { "\($0.command), " } ?? "") + "data devices --edges \(edges) --seed \(seed)",
            seed: folder.manifest.madeBy?.seed ?? seed, constants: folder.manifest.constants)
    }
}
