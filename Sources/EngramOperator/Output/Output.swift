// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// Where results and messages go: results to standard output, everything else to standard error.
package enum Output {
    /// A result for a person, or any other text; a line end is added.
    package static func print(_ text: String) { write(text + "\n", to: .standardOutput) }

    /// A message beside the result.
    package static func note(_ text: String) { write(text + "\n", to: .standardError) }

    /// Text as it is. A reader that has gone (`engram … | head`) is no failure, and the command still cleans up behind itself; a full disk is said.
    package static func write(_ text: String, to handle: FileHandle) {
        do {
            try handle.write(contentsOf: Data(text.utf8))
        } catch {
            let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
            guard cause.code != Int(EPIPE), handle !== FileHandle.standardError else { return }
            note("engram: the output cannot be written: \(cause.localizedDescription)")
        }
    }

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
