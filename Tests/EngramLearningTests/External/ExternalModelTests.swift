// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramTensors
import Testing

@testable import EngramLearning

@Suite(.timeLimit(.minutes(5))) struct ExternalModelTests {
    /// A file with a base of two tensors and a head of one.
    private func file(_ head: String = "fc.*", values: [Float] = [1, 2, 3, 4, 5, 6, 7, 8]) -> [UInt8] {
        Safetensors.serialise(
            [
                .init(name: "conv.weight", shape: [2, 2], floats: values[0..<4]),
                .init(name: "conv.bias", shape: [2], floats: values[4..<6]),
                .init(name: "fc.weight", shape: [2], floats: values[6..<8]),
            ], metadata: head.isEmpty ? [:] : [ExternalModel.headKey: head])
    }

    @Test func aFileTellsTensorsHeadAndValues() throws {
        let model = try ExternalModel(file: file())
        #expect(model.layout.tensors.map(\.name) == ["conv.weight", "conv.bias", "fc.weight"])
        #expect(model.head == ["fc.weight"])
        #expect(model.digest == Digest(of: file()))
        var draws = SeededGenerator(seed: 1)
        let first = model.initial(0, using: &draws)
        #expect(first.values == [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(try ExternalModel(file: file("")).head.isEmpty)
    }

    @Test func otherStartsAreTheSameValuesInAnotherOrder() throws {
        let model = try ExternalModel(file: file())
        var (first, again, other) = (SeededGenerator(seed: 1), SeededGenerator(seed: 1), SeededGenerator(seed: 2))
        let made = model.initial(1, using: &first)
        let (same, another, origin) = (
            model.initial(1, using: &again), model.initial(1, using: &other), model.initial(0, using: &other)
        )
        #expect(made == same && made != another)
        for tensor in model.layout.tensors { #expect(made[tensor.name]?.sorted() == origin[tensor.name]?.sorted()) }
    }

    @Test func onlyTheNamedFileIsTaken() throws {
        let model = try ExternalModel(file: file())
        var bare = try ExternalModel(layout: model.layout, head: model.head, digest: model.digest)
        #expect(bare.file == nil)
        #expect(throws: LearningError.self) { try bare.attach(file(values: [1, 2, 3, 4, 5, 6, 7, 9])) }
        try bare.attach(file())
        #expect(bare == model)
    }

    @Test(arguments: [[.nan, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, .infinity]] as [[Float]])
    func valuesMustBeFinite(_ values: [Float]) {
        #expect(throws: LearningError.self) { try ExternalModel(file: file(values: values)) }
    }

    @Test(arguments: ["classifier.*", "fc", "fc.*,nothing"]) func aHeadThatIsNotThereIsRefused(_ head: String) {
        #expect(throws: LearningError.self) { try ExternalModel(file: file(head)) }
    }

    @Test(arguments: ["", "a b", "a[1]", "statistic/x", "é", String(repeating: "x", count: 97), "a\u{7}"])
    func namesThatARecipeCannotHoldAreRefused(_ name: String) {
        let bytes = Safetensors.serialise([.init(name: name, shape: [1], floats: ([1] as [Float])[...])], metadata: [:])
        #expect(throws: (any Error).self) { try ExternalModel(file: bytes) }
    }

    @Test func whatIsNoModelIsRefused() {
        let integers = Safetensors.serialise([.init(name: "a", shape: [1], integers: [1])], metadata: [:])
        for bytes in [[], Array("not a model".utf8), Safetensors.serialise([], metadata: [:]), integers] {
            #expect(throws: (any Error).self) { try ExternalModel(file: bytes) }
        }
    }

    @Test(arguments: [
        ("fc.weight", "fc.weight", true), ("fc.weight", "fc.weights", false), ("fc.*", "fc.bias", true), ("fc.*", "fc.", true),
        ("fc.*", "fc", false), ("*", "", true), ("*.bias", "a.b.bias", true), ("*.bias", "bias", false), ("a*a", "a", false),
        ("a*a", "aa", true), ("*b*b*", "abxb", true), ("*b*b*", "ab", false), ("a**c", "abc", true), ("", "", true),
        ("", "a", false),
    ]) func patternsMatch(_ pattern: String, _ name: String, _ expected: Bool) {
        #expect(NamePattern(pattern).matches(name) == expected)
    }
}
