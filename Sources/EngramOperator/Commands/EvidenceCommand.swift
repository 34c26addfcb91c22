// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
import EngramSockets
import Foundation

/// `engram evidence`: measures what docs/evidence.md shows.
package struct EvidenceCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "evidence",
        abstract: "Measure what docs/evidence.md shows: every method on real data, with several seeds.",
        discussion: """
            Runs the sections one after the other and writes evidence.md and its drawings. Every result is kept in the work folder,
            so that an interrupted run goes on where it was. Sections whose data are not there are skipped, and the page says so.

            Example: engram evidence --data DATA --only shifts --only people --output docs
            """)

    @Option(help: "The folder with the data sets (or ENGRAM_DATA); docs/evidence.md says which there may be.")
    package var data: String?
    @Option(help: "The folder of Fashion-MNIST.") package var fashion = DemoData.folder
    @Option(help: "Where evidence.md and its drawings go (docs; with --quick the work folder's quick/).") package var output:
        String?
    @Option(help: "Where results are kept.") package var work = "build/evidence"
    @Option(
        help: ArgumentHelp(
            "Run only this section; may be repeated. The page shows the others as far as they were run.", valueName: "section"))
    package var only: [String] = []
    @Option(help: "Run only this method, as the tables name it; may be repeated.") package var method: [String] = []
    @Option(help: "Run only with this seed; may be repeated.") package var seed: [Int] = []
    @Flag(help: "A few minutes: fewer rounds, agents and seeds; no evidence, but the whole path.") package var quick = false
    @Flag(help: "Measure again what was measured before: after a change of a method.") package var afresh = false
    @Flag(help: "Only say what there is to run.") package var list = false
    @Option(help: "Agents that train at the same time (all processors if it is missing); the result is the same.")
    package var width: Int?
    @OptionGroup package var format: FormatOptions

    package init() {}

    package func run() async throws {
        if let width, width < 1 { throw OperatorError.usage("--width must be at least 1") }
        let places = EvidenceData(
            folder: EvidenceData.folder(data, environment: ProcessInfo.processInfo.environment), fashion: fashion)
        let scale = quick ? Section.Scale.quick : .full
        let chosen = try Suite.standard.selecting(only)
        let runner = SuiteRunner(
            data: places, cache: TrialCache(folder: work), width: width ?? ProcessInfo.processInfo.activeProcessorCount)
        let (only, method, seed, afresh, list) = (only, method, seed, afresh, list)
        let style: LiveProgress.Style = format.json ? .silent : LiveProgress.style(of: STDERR_FILENO)
        let summary = try await ThreadExecutor(name: "engram-evidence").run {
            () throws -> (SuitePlan, SuiteRunner.Outcomes, EvidencePage?) in
            let plan = try SuitePlan(chosen, scale, data: places).selecting(methods: method, seeds: seed)
            if list { return (plan, runner.known(plan), nil) }
            var progress = SuiteProgress(plan.trials, style: style)
            defer { progress.finish() }
            var outcomes = try runner.run(plan, afresh: afresh, progress: &progress)
            // The other sections are shown as far as they were measured before.
            let whole = only.isEmpty && method.isEmpty && seed.isEmpty ? plan : try SuitePlan(Suite.standard, scale, data: places)
            outcomes.add(runner.known(whole))
            return (plan, outcomes, EvidencePage(whole, outcomes))
        }
        let output = output ?? (quick ? work + "/quick" : "docs")
        try summary.2?.write(to: output)
        let lines = summary.0.parts.map { EvidenceLine($0, summary.1) }
        if format.json { return try Output.print(json: lines) }
        Output.print(EvidenceLine.table(lines))
        if !list { Output.print("\n\(output)/evidence.md") }
        if let failed = lines.first(where: { $0.failed > 0 }) {
            throw OperatorError.failed(
                "section '\(failed.section)': \(Words.count(failed.failed, "run")) failed; evidence.md has the reasons")
        }
    }
}

/// How a section stands, for the command's result.
struct EvidenceLine: Encodable {
    let section: String
    let runs: Int
    let measured: Int
    let failed: Int
    let seconds: Double
    let skipped: [String]

    init(_ part: SuitePlan.Part, _ outcomes: SuiteRunner.Outcomes) {
        let results = SectionResults(part, outcomes)
        section = part.section.name
        runs = results.wanted
        measured = results.measured
        failed = results.failures.count
        seconds = results.seconds
        skipped = part.skipped.map { "\($0.group): \($0.reason)" }
    }

    static func table(_ lines: [EvidenceLine]) -> String {
        var table = TextTable("SECTION", "RUNS", "MEASURED", "FAILED", "TIME", "SKIPPED")
        for line in lines {
            table.row(
                line.section, "\(line.runs)", "\(line.measured)", "\(line.failed)", Words.seconds(line.seconds),
                line.skipped.isEmpty ? "" : "\(line.skipped.count) (\(line.skipped[0]))")
        }
        return table.text
    }
}
