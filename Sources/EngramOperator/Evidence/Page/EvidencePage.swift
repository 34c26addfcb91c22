// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The page: every section's text, tables and drawings, with the command that makes each.
package struct EvidencePage: Sendable {
    package struct File: Sendable {
        /// Below the output folder.
        package let path: String
        package let text: String
    }

    package let files: [File]

    package init(_ plan: SuitePlan, _ outcomes: SuiteRunner.Outcomes) {
        var blocks = [Self.introduction(plan.scale)]
        var files: [File] = []
        for part in plan.parts {
            let results = SectionResults(part, outcomes)
            var drawings: [String] = []
            for figure in part.section.figures {
                for file in figure.make(results) {
                    files.append(File(path: "evidence/\(file.name)", text: file.svg))
                    drawings.append("![\(figure.caption)](evidence/\(file.name))")
                }
            }
            blocks.append(Self.block(part, results, drawings, plan.scale))
        }
        self.files = [File(path: "evidence.md", text: blocks.joined(separator: "\n\n") + "\n")] + files
    }

    package func write(to folder: String) throws(OperatorError) {
        for file in files { try InputFile.write(Array(file.text.utf8), to: "\(folder)/\(file.path)") }
    }

    private static func introduction(_ scale: Section.Scale) -> String {
        let quick = """
            **This is the quick version: few rounds, agents and seeds. It shows that all runs; its figures are no evidence.**


            """
        return """
            # Evidence

            \(scale == .quick ? quick : "")What the methods do on data that anybody can look at, made by `make evidence`.
            `ENGRAM_DATA` names the folder with the data ([cli](cli.md) lists them); what is not there is skipped. Results are
            kept in `build/evidence`, so an interrupted run goes on where it was; what was measured once is not measured again.

            Figures are on test rows, which choose nothing. `a ± b` is a mean over seeds and its standard error; the seed
            decides the division of the data (where it is not published), the initial models and the order of batches. Paired
            tables take differences agent by agent, a person's or client's being averaged over seeds first. Rows are those of
            [the report](report.md): `local` is a model trained alone, `global` one model for all, `cluster` the model of the
            agent's group, `personal` what the agent's own training made of it, `deployed` what its gate chose; a method's *own
            row* is the one that its paper judges it by. Rand is the adjusted Rand index of the groups found against the planted
            ones.
            """
    }

    private static func block(
        _ part: SuitePlan.Part, _ results: SectionResults, _ drawings: [String], _ scale: Section.Scale
    ) -> String {
        let section = part.section
        var lines = ["## \(section.title)", section.text]
        let quick = scale == .quick ? " --quick" : " --output docs"
        lines.append("```\nengram evidence --data \"$ENGRAM_DATA\" --only \(section.name)\(quick)\n```")
        for (group, reason) in part.skipped { lines.append("*\(group)*: skipped, \(reason).") }
        if results.measured < results.wanted - results.failures.count {
            lines.append("Not finished: \(results.measured) of \(Words.count(results.wanted, "run")) measured so far.")
        }
        for failure in results.failures { lines.append("Failed: \(failure)") }
        for table in section.tables { if let text = table.make(results) { lines += ["**\(table.title)**", text] } }
        lines += drawings
        if results.measured > 0 {
            lines.append("\(Words.count(results.measured, "run")), \(Words.seconds(results.seconds)) together.")
        }
        return lines.joined(separator: "\n\n")
    }
}
