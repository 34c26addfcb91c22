// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import Foundation

/// Results of trials in a folder, a file each, named by the trial's key: what was measured once is not measured again.
package struct TrialCache: Sendable {
    /// What is kept of a trial: figures only, never data.
    private struct Record: Codable {
        static let schemaName = "engram.trial/1"
        var schema = Record.schemaName
        let name: String
        let key: Digest
        let run: MeasuredRun
    }

    private let folder: String

    package init(folder: String) { self.folder = folder }

    private func path(_ key: Digest) -> String { "\(folder)/trials/\(key.hex.prefix(32)).json" }

    /// Nil when there is none, or when it is damaged: then it is measured anew.
    package func run(_ trial: Trial) -> MeasuredRun? {
        let path = path(trial.key)
        guard InputFile.exists(path), let bytes = try? InputFile.read(path) else { return nil }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let record = try? decoder.decode(Record.self, from: Data(bytes)), record.schema == Record.schemaName,
            record.key == trial.key
        else { return nil }
        return record.run
    }

    package func keep(_ run: MeasuredRun, of trial: Trial) throws(OperatorError) {
        do {
            let text = try Output.text(json: Record(name: trial.name, key: trial.key, run: run), pretty: false)
            try InputFile.write(Array(text.utf8) + [0x0a], to: path(trial.key))
        } catch {
            throw OperatorError(error)
        }
    }
}
