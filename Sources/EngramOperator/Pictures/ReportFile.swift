// SPDX-License-Identifier: Apache-2.0
package import EngramFederation
import Foundation

/// A report that somebody named, with what to call it beside others.
package struct ReportFile: Sendable {
    /// More are not drawn side by side.
    package static let most = 12
    /// Bytes of one report; one of 10,000 agents and 1,000 rounds has about 10 million.
    package static let limit = 64 << 20

    package let name: String
    package let report: Report

    package init(name: String, report: Report) {
        self.name = name
        self.report = report
    }

    /// Reads reports; each is called by its file, with the folder where files have the same name.
    package static func read(_ paths: [String]) throws(OperatorError) -> [ReportFile] {
        guard !paths.isEmpty else { throw .usage("name at least one report") }
        guard paths.count <= most else {
            throw .usage("\(paths.count) reports were named, at most \(most) are drawn side by side")
        }
        let names = Self.names(paths)
        var files: [ReportFile] = []
        for (path, name) in zip(paths, names) { files.append(ReportFile(name: name, report: try read(path))) }
        return files
    }

    private static func read(_ path: String) throws(OperatorError) -> Report {
        struct Schema: Decodable { let schema: String? }
        let data = Data(try InputFile.read(path, limit: limit))
        guard let found = try? JSONDecoder().decode(Schema.self, from: data) else {
            throw .badInput("\(path): this is not a report: it is not a JSON object; engram simulate --report FILE writes one")
        }
        guard found.schema == Report.schemaName else {
            let schema = found.schema.map { "its schema is '\($0.prefix(60))'" } ?? "it names no schema"
            throw .badInput("\(path): this is not a report: \(schema), '\(Report.schemaName)' is needed")
        }
        do {
            return try Report(json: data)
        } catch {
            throw .badInput(
                "\(path): this is not a whole report: \(Self.words(error)); write it again with engram run report or simulate")
        }
    }

    /// Where a document is not as it must be.
    private static func words(_ error: any Error) -> String {
        func place(_ path: [any CodingKey]) -> String {
            path.isEmpty ? "the top level" : path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        }
        return switch error {
        case DecodingError.keyNotFound(let key, let context): "'\(key.stringValue)' is missing at \(place(context.codingPath))"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context):
            "\(place(context.codingPath)): \(context.debugDescription)"
        default: "\(error)"
        }
    }

    private static func names(_ paths: [String]) -> [String] {
        let urls = paths.map { URL(fileURLWithPath: $0).deletingPathExtension() }
        func count(_ name: String, _ all: [String]) -> Int { all.count { $0 == name } }
        let short = urls.map(\.lastPathComponent)
        let long = urls.map { $0.deletingLastPathComponent().lastPathComponent + "/" + $0.lastPathComponent }
        return short.indices.map { index in
            if count(short[index], short) == 1 { return short[index] }
            if count(long[index], long) == 1 { return long[index] }
            return "\(long[index]) (\(index + 1))"
        }
    }
}
