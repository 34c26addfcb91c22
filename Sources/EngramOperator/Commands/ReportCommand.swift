// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
import Foundation

/// `engram report`.
package struct ReportCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Draw reports.", subcommands: [ReportHTMLCommand.self])

    package init() {}
}

/// `engram report html`.
package struct ReportHTMLCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "html", abstract: "Draw reports as one HTML file: curves, clusters and how they came about, agents, cost.",
        discussion: """
            The file needs nothing else, from nowhere. Several reports stand side by side on the same scales, and each is compared with
            the first one agent by agent.

            Example: engram report html report.json everyone.json --output report.html
            """)

    @Argument(help: "Reports (JSON, schema engram.report/1), at most \(ReportFile.most).") package var files: [String]
    @Option(help: "Write the page here (to standard output if it is missing).") package var output: String?
    @OptionGroup package var format: FormatOptions

    package init() {}

    package func run() async throws {
        if format.json, output == nil { throw OperatorError.usage("with --json name the page's file: --output FILE") }
        let reports = try ReportFile.read(files)
        let page = try ReportPage.html(reports)
        guard let output else { return Output.write(page, to: .standardOutput) }
        try InputFile.write(Array(page.utf8), to: output)
        if format.json {
            return try Output.print(json: Written(output: output, bytes: page.utf8.count, reports: reports.map(\.name)))
        }
        Output.print("\(output): \(Words.count(reports.count, "report")), \(Words.bytes(page.utf8.count))")
    }

    private struct Written: Encodable {
        let output: String
        let bytes: Int
        let reports: [String]
    }
}
