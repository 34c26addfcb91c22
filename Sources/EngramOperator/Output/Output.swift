// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Where results and messages go: results to standard output, everything else to standard error.
package enum Output {
    /// A result for a person, or any other text; a line end is added.
    package static func print(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

    /// A message beside the result.
    package static func note(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

    /// A result for a program: keys in snake case and in order.
    package static func print(json value: some Encodable) throws { print(try text(json: value)) }

    package static func text(json value: some Encodable, pretty: Bool = true) throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// What went wrong, as one line of text or as JSON.
    package static func report(_ error: OperatorError, json: Bool) {
        struct Failure: Encodable {
            let error: String
            let kind: String
            let exit: Int32
        }
        let failure = Failure(error: error.description, kind: error.status.name, exit: error.status.rawValue)
        if json, let text = try? text(json: failure, pretty: false) {
            note(text)
        } else {
            note("engram: \(error)")
        }
    }
}
