// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Foundation
import Testing

@testable import EngramOperator

@Suite(.timeLimit(.minutes(5))) struct OnnxTests {
    private static let inputs = 5

    private static func network(_ hidden: [Int], _ normalisation: Normalisation, task: EngramLearning.Task = .classes) -> Network
    {
        Network(
            ModelSpec(
                inputs: inputs, hidden: hidden, outputs: task == .classes ? 3 : 1, task: task, normalisation: normalisation))
    }

    /// Values that no part of the network leaves unchanged; variances stay positive.
    private static func parameters(_ network: Network) -> ParameterSet {
        var generator = SeededGenerator(seed: 4, "onnx")
        var parameters = network.initial(using: &generator)
        for i in parameters.values.indices { parameters.values[i] = abs(parameters.values[i]) + Float(generator.uniform()) - 0.4 }
        for tensor in network.layout.tensors where tensor.name.hasSuffix("variance") {
            guard let range = network.layout.range(of: tensor.name) else { continue }
            for i in range { parameters.values[i] = 0.5 + Float(generator.uniform()) }
        }
        return parameters
    }

    private static func converted(_ tensors: [Safetensors.Tensor]) throws -> [UInt8] {
        try ModelFormat.onnx.written(Safetensors.serialise(tensors, metadata: ["engram.task": "classes"]), path: "model")
    }

    /// The examples of protobuf's own description of its encoding.
    @Test func fieldsAreThoseOfTheWireFormat() {
        var message = ProtobufMessage()
        message.add(1, Int64(150))
        message.add(2, "testing")
        message.add(3) { $0.add(1, Int64(150)) }
        message.add(4, Float(1))
        message.add(1, Int64(-1))
        #expect(
            message.bytes == [0x08, 0x96, 0x01, 0x12, 0x07] + Array("testing".utf8) + [0x1a, 0x03, 0x08, 0x96, 0x01]
                + [0x25, 0, 0, 0x80, 0x3f] + [0x08] + [UInt8](repeating: 0xff, count: 9) + [1])
    }

    @Test(
        .enabled(if: Python.has("onnxruntime"), "python3 has no onnxruntime"),
        arguments: [([], Normalisation.none), ([], .input), ([7], .none), ([7, 4], .batch), ([6], .input)])
    func onnxruntimeGivesTheSameOutputs(hidden: [Int], normalisation: Normalisation) throws {
        let folder = try TemporaryFolder()
        let network = Self.network(hidden, normalisation)
        let parameters = Self.parameters(network)
        let file = try folder.write(try Self.converted(parameters.tensors), "model.onnx")
        var generator = SeededGenerator(seed: 9)
        let rows = (0..<8 * Self.inputs).map { _ in Float(generator.normal()) }
        let data = try Dataset(
            features: .float32(rows), dimension: Self.inputs, targets: .classes([Int32](repeating: 0, count: 8)))
        let ours = network.outputs(parameters, data, rows: Array(0..<8))
        let (status, output) = try Python.run(
            """
            import sys, json, numpy, onnxruntime
            session = onnxruntime.InferenceSession(sys.argv[1])
            rows = numpy.array(json.loads(sys.argv[2]), dtype=numpy.float32).reshape(-1, 5)
            print(json.dumps(session.run(["outputs"], {"features": rows})[0].ravel().tolist()))
            """, file, "\(rows)")
        #expect(status == 0)
        let theirs = try JSONDecoder().decode([Float].self, from: Data(output.utf8))
        #expect(theirs.count == ours.count && ours.contains { $0 != ours[0] })
        for (a, b) in zip(ours, theirs) { #expect(abs(a - b) <= 1e-5 * max(1, abs(a))) }
    }

    @Test func aModelIsWhole() throws {
        let whole = Self.parameters(Self.network([4], .batch)).tensors
        #expect(try Self.converted(whole).count > 0)
        for name in ["layers.0.weight", "layers.1.bias", "layers.0.norm.mean"] {
            let error = #expect(throws: OperatorError.self) { try Self.converted(whole.filter { $0.name != name }) }
            #expect("\(try #require(error))".contains("'\(name)' is missing"))
        }
        #expect(throws: OperatorError.self) { try Self.converted([]) }
        let neighbours = Safetensors.Tensor(name: "knn.latents", shape: [1, 4], floats: [0, 0, 0, 0])
        let error = #expect(throws: OperatorError.self) { try Self.converted(whole + [neighbours]) }
        #expect("\(try #require(error))".contains("knn.latents"))
    }

    @Test func shapesMustFit() throws {
        func tensor(_ name: String, _ shape: [Int]) -> Safetensors.Tensor {
            Safetensors.Tensor(name: name, shape: shape, floats: [Float](repeating: 1, count: shape.reduce(1, *))[...])
        }
        #expect(throws: OperatorError.self) {
            try Self.converted([tensor("layers.0.weight", [3, 5]), tensor("layers.0.bias", [4])])
        }
        #expect(throws: OperatorError.self) {
            try Self.converted([tensor("layers.0.weight", [15]), tensor("layers.0.bias", [3])])
        }
        #expect(throws: OperatorError.self) {
            try Self.converted([
                tensor("layers.0.weight", [3, 5]), tensor("layers.0.bias", [3]), tensor("layers.1.weight", [2, 4]),
                tensor("layers.1.bias", [2]),
            ])
        }
        let octets = Safetensors.Tensor(name: "layers.0.weight", shape: [3, 5], octets: [UInt8](repeating: 1, count: 15))
        #expect(throws: OperatorError.self) { try Self.converted([octets, tensor("layers.0.bias", [3])]) }
    }
}
