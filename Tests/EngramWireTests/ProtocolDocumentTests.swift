// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramWire
import Foundation
import Testing

/// Holds docs/protocol.md and the code to each other.
@Suite(.timeLimit(.minutes(5))) struct ProtocolDocumentTests {
    private let document: String

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        document = try String(contentsOf: root.appending(path: "docs/protocol.md"), encoding: .utf8)
    }

    private struct Example {
        let name: String
        let bytes: [UInt8]
    }

    private func examples() throws -> [Example] {
        var examples: [Example] = []
        var current: (name: String, digits: String)?
        for line in document.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```hex ") {
                current = (String(line.dropFirst(7)), "")
            } else if line.hasPrefix("```"), let open = current {
                let bytes = try #require([UInt8](hex: open.digits), "block \(open.name) is not hexadecimal")
                examples.append(Example(name: open.name, bytes: bytes))
                current = nil
            } else if current != nil {
                current?.digits += line.filter { $0 != " " }
            }
        }
        return examples
    }

    /// The rows of the table under a heading, cells stripped of backquotes.
    private func rows(under heading: String) throws -> [[String]] {
        let start = try #require(document.range(of: "\n## \(heading)\n"))
        let section = document[start.upperBound...]
        let end = section.range(of: "\n## ")?.lowerBound ?? section.endIndex
        let lines = section[..<end].split(separator: "\n").filter { $0.hasPrefix("|") }
        return lines.dropFirst(2).map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " `")) }
        }
    }

    @Test func everyExampleDecodesAndEncodesToTheSameBytes() throws {
        let codec = MessageCodec(limits: WireLimits())
        var seen: [String] = []
        for example in try examples() {
            seen.append(example.name)
            if let expected = try Samples.parcel(example.name) {
                let parcel = try Parcel(decoding: example.bytes, limits: WireLimits())
                #expect(parcel.scalars == expected.scalars, "\(example.name)")
                #expect(parcel.encoded() == example.bytes, "\(example.name)")
                let values = try parcel.tensors.map { try $0.unpacked() }
                #expect(values == (try expected.tensors.map { try $0.unpacked() }), "\(example.name)")
                // Another zlib may deflate otherwise; everything else is fixed.
                if !expected.tensors.contains(where: \.deflated) { #expect(parcel == expected, "\(example.name)") }
            } else {
                let expected = try #require(Samples.message(example.name), "no sample is called \(example.name)")
                var decoder = FrameDecoder(limits: WireLimits())
                decoder.append(example.bytes)
                let frame = try #require(try decoder.next(), "\(example.name) is cut short")
                #expect(decoder.buffered == 0)
                #expect(try codec.message(frame) == expected, "\(example.name)")
                #expect(try codec.encoded(expected) == example.bytes, "\(example.name)")
            }
        }
        #expect(Set(seen).isSuperset(of: Samples.messages.map(\.name)))
        #expect(seen.filter { $0.hasPrefix("parcel-") }.count == 9)
    }

    @Test func theTableOfLimitsIsThatOfTheCode() throws {
        let code = Mirror(reflecting: WireLimits()).children.map { "\($0.label ?? "") \($0.value)" }
        #expect(try rows(under: "Limits").map { "\($0[0]) \($0[1])" } == code)
    }

    @Test func theTableOfMessagesIsThatOfTheCode() throws {
        let rows = try rows(under: "Messages")
        #expect(rows.map { "\($0[0]) \($0[1])" } == MessageKind.allCases.map { "\($0) \($0.rawValue)" })
        #expect(rows.map { $0[3] == "yes" } == MessageKind.allCases.map(\.isOnStream))
    }

    @Test func theTableOfRefusalCodesIsThatOfTheCode() throws {
        let code = RefusalCode.allCases.map { "\($0.rawValue) \($0)" }
        #expect(try rows(under: "Refusal codes").map { "\($0[0]) \($0[1])" } == code)
    }
}
