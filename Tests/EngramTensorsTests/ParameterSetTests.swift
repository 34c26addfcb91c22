// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Foundation
import Testing

@Suite("Parameter sets", .timeLimit(.minutes(5)))
struct ParameterSetTests {
    static func layout() throws -> ParameterLayout {
        try ParameterLayout(tensors: [
            TensorSpec(name: "a", shape: [2, 3]), TensorSpec(name: "b", shape: [3]), TensorSpec(name: "c", shape: []),
        ])
    }

    @Test("lays tensors out back to back")
    func ranges() throws {
        let layout = try Self.layout()
        #expect(layout.count == 10)
        #expect(layout.range(of: "a") == 0..<6)
        #expect(layout.range(of: "b") == 6..<9)
        #expect(layout.range(of: "c") == 9..<10)
        #expect(layout.range(of: "d") == nil)
    }

    @Test("refuses unusable layouts", arguments: [["a": [-1]], ["": [1]], ["a": [Int.max, 2]]])
    func badLayouts(tensors: [String: [Int]]) {
        #expect(throws: TensorError.self) {
            try ParameterLayout(tensors: tensors.map { TensorSpec(name: $0.key, shape: $0.value) })
        }
    }

    @Test("refuses repeated names and sums that overflow")
    func overflow() {
        let huge = TensorSpec(name: "a", shape: [Int.max])
        #expect(throws: TensorError.self) { try ParameterLayout(tensors: [huge, huge]) }
        #expect(throws: TensorError.self) { try ParameterLayout(tensors: [huge, TensorSpec(name: "b", shape: [1])]) }
    }

    @Test("takes parts out and puts them back")
    func parts() throws {
        let layout = try Self.layout()
        var set = try ParameterSet(layout: layout, values: (0..<10).map { Float($0) })
        let sub = layout.selecting { $0 != "b" }
        var part = try set.selecting(sub)
        #expect(part.values == [0, 1, 2, 3, 4, 5, 9])
        part.values = part.values.map { -$0 }
        try set.replace(with: part)
        #expect(set.values == [0, -1, -2, -3, -4, -5, 6, 7, 8, -9])
        let foreign = ParameterSet(zeros: try ParameterLayout(tensors: [TensorSpec(name: "a", shape: [3, 2])]))
        #expect(throws: TensorError.self) { try set.replace(with: foreign) }
        #expect(throws: TensorError.self) { try set.selecting(foreign.layout) }
        #expect(throws: TensorError.wrongCount(expected: 10, found: 3)) { try ParameterSet(layout: layout, values: [1, 2, 3]) }
    }

    @Test("survives safetensors, and only with its own layout")
    func safetensors() throws {
        let layout = try Self.layout()
        let set = try ParameterSet(layout: layout, values: (0..<10).map { Float($0) / 3 })
        let file = set.safetensors(metadata: ["round": "3", "note": "a \"b\"\n"])
        #expect(try ParameterSet(safetensors: file, layout: layout) == set)
        #expect(try Safetensors(parsing: file).metadata == ["round": "3", "note": "a \"b\"\n"])
        #expect(throws: TensorError.self) { try ParameterSet(safetensors: file, layout: layout.selecting { $0 != "a" }) }
        let more = try ParameterLayout(tensors: layout.tensors + [TensorSpec(name: "d", shape: [1])])
        #expect(throws: TensorError.missing("d")) { try ParameterSet(safetensors: file, layout: more) }
    }

    @Test("layouts survive JSON, and unusable ones are refused")
    func coding() throws {
        let layout = try Self.layout()
        #expect(try JSONDecoder().decode(ParameterLayout.self, from: JSONEncoder().encode(layout)) == layout)
        for text in [#"[{"name":"a","shape":[-1]}]"#, #"[{"name":"a","shape":[1]},{"name":"a","shape":[1]}]"#, "[{}]"] {
            #expect(throws: DecodingError.self) { try JSONDecoder().decode(ParameterLayout.self, from: Data(text.utf8)) }
        }
    }
}
