// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Testing

@testable import EngramAgent

/// What a trainer writes is whatever its author made of it: nothing may trap, nothing may be reserved on its word.
@Suite(.timeLimit(.minutes(5))) struct TrainerFramingTests {
    private static let layout = try? ParameterLayout(tensors: [.init(name: "w", shape: [2, 2]), .init(name: "b", shape: [2])])

    private func sample() throws -> (ParameterSet, [UInt8]) {
        let set = try ParameterSet(layout: try #require(Self.layout), values: [1, 2, 3, 4, 5, 6])
        let message = TrainerMessage("train", ["loss": "0.5"], tensors: TrainerMessage.tensors(TrainerMessage.model, set))
        return (set, message.encoded())
    }

    private func fed(_ bytes: [UInt8], by piece: Int, limit: Int = 1 << 20) throws -> [UInt8]? {
        var framing = TrainerFraming(verb: "train", limit: limit)
        var whole: [UInt8]?
        for start in stride(from: 0, to: bytes.count, by: piece) {
            whole = try framing.feed(bytes[start..<min(start + piece, bytes.count)])
        }
        return whole
    }

    @Test(arguments: [1, 3, 8, 9, 100_000]) func aMessageComesBackHoweverItIsCut(_ piece: Int) throws {
        let (set, bytes) = try sample()
        let message = try TrainerMessage(file: try #require(try fed(bytes, by: piece)))
        #expect(message["loss"] == "0.5" && message["verb"] == "train")
        #expect(try message.parameters(set.layout) == set)
    }

    @Test func aPartOfAMessageIsNoMessage() throws {
        let (_, bytes) = try sample()
        for count in [0, 7, 8, 20, bytes.count - 1] { #expect(try fed(Array(bytes[..<count]), by: 5) == nil) }
    }

    @Test func lengthsAreComparedFirst() {
        for start in [[UInt8](repeating: 0xff, count: 8), TrainerMessage.length((1 << 20) + 1)] {
            #expect(throws: TrainerError.self) { try fed(start, by: 8) }
        }
    }

    @Test func textIsRecognised() {
        let error = #expect(throws: TrainerError.self) { try fed(Array("Epoch 1: loss 0.3\n".utf8), by: 100) }
        #expect(error?.description.contains("Epoch 1: loss 0.3") == true)
        #expect(error?.description.contains("standard error") == true)
    }

    @Test func whatFollowsAMessageIsRefused() throws {
        let (_, bytes) = try sample()
        #expect(throws: TrainerError.self) { try fed(bytes + [0], by: 100_000) }
    }

    @Test func changedBytesNeverTrap() throws {
        let (set, bytes) = try sample()
        var draws = SeededGenerator(seed: 4)
        for _ in 0..<2000 {
            var broken = bytes
            for _ in 0...draws.below(4) { broken[draws.below(broken.count)] = UInt8(truncatingIfNeeded: draws.next()) }
            guard let file = try? fed(broken, by: 64), let message = try? TrainerMessage(file: file) else { continue }
            if let made = try? message.parameters(set.layout) { #expect(made.values.count == 6) }
            _ = try? message.outputs(rows: 2, width: 2)
        }
    }

    @Test func wrongTensorsAreNamed() throws {
        let (set, _) = try sample()
        func message(_ tensors: [Safetensors.Tensor]) -> TrainerMessage { TrainerMessage("train", tensors: tensors) }
        let good = TrainerMessage.tensors(TrainerMessage.model, set)
        #expect(throws: TensorError.missing("model/b")) { try message([good[0]]).parameters(set.layout) }
        let wide = Safetensors.Tensor(name: "model/b", shape: [1, 2], floats: ([1, 2] as [Float])[...])
        #expect(throws: TensorError.self) { try message([good[0], wide]).parameters(set.layout) }
        let whole = Safetensors.Tensor(name: "model/b", shape: [2], integers: [1, 2])
        #expect(throws: TensorError.self) { try message([good[0], whole]).parameters(set.layout) }
        let more = Safetensors.Tensor(name: "model/c", shape: [1], floats: ([1] as [Float])[...])
        #expect(throws: TensorError.unexpected("model/c")) { try message(good + [more]).parameters(set.layout) }
    }

    /// The worked example of docs/own-trainers.md.
    @Test func theDocumentedBytesAreAnAnswer() throws {
        let header = #"{"outputs":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}  "#
        let bytes =
            TrainerMessage.length(0x50) + TrainerMessage.length(0x40) + Array(header.utf8) + [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40]
        let message = try TrainerMessage(file: try #require(try fed(bytes, by: 7)))
        #expect(try message.outputs(rows: 2, width: 1) == [1, 2])
    }

    @Test func outputsOfOneNumberMayBeAColumn() throws {
        let column = TrainerMessage(
            "outputs", tensors: [.init(name: "outputs", shape: [3], floats: ([1, 2, 3] as [Float])[...])])
        #expect(try column.outputs(rows: 3, width: 1) == [1, 2, 3])
        #expect(throws: TensorError.self) { try column.outputs(rows: 1, width: 3) }
        #expect(throws: TensorError.self) { try column.outputs(rows: 2, width: 1) }
    }
}
