// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramFederation
import EngramPictures
import Foundation

/// Reports as one HTML file that needs nothing else: style sheet, script and data are in it.
///
/// The page's policy names its one script and its one style sheet by their digests. Should a string of a report ever become markup, it could
/// neither run nor load anything.
package enum ReportPage {
    package static func html(_ files: [ReportFile]) throws -> String {
        let script = "\n" + (try ModuleBundle.script(from: PictureFile.reportModule, in: PictureFile.modules))
        let style = "\n" + PictureFile.styleSheet.text
        let title = files.map(\.name).joined(separator: ", ")
        let policy =
            "default-src 'none'; script-src '\(source(script))'; style-src '\(source(style))'; base-uri 'none'; form-action 'none'"
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="\(policy)">
            <meta name="referrer" content="no-referrer">
            <title>\(Drawing.escaped(title)) · Engram</title>
            <style>\(style)</style>
            </head>
            <body>
            <header class="top"><p class="kicker">Engram report</p><h1>\(Drawing.escaped(title))</h1>
            <p class="lead">\(Drawing.escaped(lead(files)))</p></header>
            <main id="report"></main>
            <footer><p>Drawn by engram \(SoftwareVersion.text). The figures are those of the reports, which are embedded in this file in full.</p></footer>
            <noscript><p>The drawings need JavaScript; the reports are in this file as JSON.</p></noscript>
            <script type="application/json" id="reports">\(try embedded(files))</script>
            <script type="module">\(script)</script>
            </body>
            </html>

            """
    }

    /// What was run, in a line.
    private static func lead(_ files: [ReportFile]) -> String {
        files.map { file in
            let name = recipeName(file.report.recipe) ?? "a recipe without a name"
            let what =
                "\(name), \(Words.count(file.report.agents.count, "agent")), \(Words.count(file.report.rounds.count, "round"))"
            return "\(files.count > 1 ? "\(file.name): " : "")\(what), seed \(file.report.seed), \(file.report.engine.rawValue)"
        }.joined(separator: "; ")
    }

    private static func recipeName(_ recipe: JSONValue) -> String? {
        guard case .map(let entries) = recipe, case .text(let name)? = entries["name"] else { return nil }
        return name
    }

    /// The names and reports as JSON in which no character can end a script element.
    static func embedded(_ files: [ReportFile]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let entries = try files.map { file in
            let name = String(decoding: try encoder.encode(file.name), as: UTF8.self)
            return "{\"name\":\(name),\"report\":\(String(decoding: try file.report.json(pretty: false), as: UTF8.self))}"
        }
        // Outside of strings JSON has none of these characters, and inside them the escape means the same.
        return "[\(entries.joined(separator: ",\n"))]".replacing("<", with: "\\u003c").replacing(">", with: "\\u003e")
            .replacing("&", with: "\\u0026").replacing("\u{2028}", with: "\\u2028").replacing("\u{2029}", with: "\\u2029")
    }

    private static func source(_ text: String) -> String {
        "sha256-" + Data(Digest(of: Array(text.utf8)).bytes).base64EncodedString()
    }
}
