// SPDX-License-Identifier: Apache-2.0
import EngramWire
import Foundation
import Testing

@Suite(.timeLimit(.minutes(5))) struct IdentifierTests {
    @Test(arguments: ["a", "A.b_c-9", "-x", String(repeating: "z", count: 64)])
    func accepts(text: String) {
        #expect(AgentID(text)?.rawValue == text)
    }

    @Test(arguments: ["", ".", "..", ".hidden", "a/b", "a b", "é", "a\0", String(repeating: "z", count: 65)])
    func refuses(text: String) {
        #expect(AgentID(text) == nil)
        #expect(RunID(rawValue: text) == nil)
    }

    @Test func ordersByBytes() throws {
        let ids = try ["b", "a", "B", "a1", "a-"].map { try #require(SlotID($0)) }
        #expect(ids.sorted().map(\.rawValue) == ["B", "a", "a-", "a1", "b"])
    }

    @Test func codesAsPlainText() throws {
        let table = [AgentID(checked: "edge"): [RunID(checked: "r1")]]
        let coded = try JSONEncoder().encode(table)
        #expect(String(decoding: coded, as: UTF8.self) == #"{"edge":["r1"]}"#)
        #expect(try JSONDecoder().decode([AgentID: [RunID]].self, from: coded) == table)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([RunID].self, from: Data(#"["a/b"]"#.utf8)) }
    }
}
