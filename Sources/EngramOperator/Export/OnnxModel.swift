// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors

/// A network as an ONNX model (onnx.ai, IR version 8, operator set 13): input `features` [rows, inputs], output `outputs` [rows, outputs],
/// the logits or scores that metrics are made of.
///
/// Field numbers are those of onnx.proto3.
package struct OnnxModel {
    private static let irVersion: Int64 = 8
    private static let operatorSet: Int64 = 13
    private static let float: Int64 = 1

    private let model: LayeredModel

    package init(_ model: LayeredModel) { self.model = model }

    package var bytes: [UInt8] {
        var message = ProtobufMessage()
        message.add(1, Self.irVersion)
        message.add(2, "engram")
        message.add(3, SoftwareVersion.text)
        message.add(7) { graph(&$0) }
        message.add(8) { $0.add(2, Self.operatorSet) }
        for (key, value) in model.metadata.sorted(by: { $0.key < $1.key }) {
            message.add(14) {
                $0.add(1, key)
                $0.add(2, value)
            }
        }
        return message.bytes
    }

    private func graph(_ graph: inout ProtobufMessage) {
        var flow = "features"
        // Each node's output is named after what made it, the last one `outputs`.
        func node(
            _ type: String, _ parameters: [Safetensors.Tensor], _ name: String,
            _ attributes: (inout ProtobufMessage) -> Void = { _ in }
        ) {
            graph.add(1) {
                for input in [flow] + parameters.map(\.name) { $0.add(1, input) }
                $0.add(2, name)
                $0.add(3, name)
                $0.add(4, type)
                attributes(&$0)
            }
            flow = name
        }
        if model.inputNorm.count == 2 {
            node("Mul", [model.inputNorm[0]], "norm.scaled")
            node("Add", [model.inputNorm[1]], "norm.shifted")
        }
        for layer in model.layers {
            let isHead = layer.number == model.layers.count - 1
            let name = "layers.\(layer.number)"
            node("Gemm", [layer.weight, layer.bias], isHead ? "outputs" : name + ".product") {
                $0.add(5) {
                    $0.add(1, "transB")
                    $0.add(3, Int64(1))
                    $0.add(20, Int64(2))
                }
            }
            if isHead { break }
            if !layer.norm.isEmpty {
                node("BatchNormalization", layer.norm, name + ".normalised") {
                    $0.add(5) {
                        $0.add(1, "epsilon")
                        $0.add(2, Normalisation.epsilon)
                        $0.add(20, Int64(1))
                    }
                }
            }
            node("Relu", [], name + ".active")
        }
        graph.add(2, "engram")
        for tensor in model.inputNorm + model.layers.flatMap({ [$0.weight, $0.bias] + $0.norm }) {
            graph.add(5) {
                for size in tensor.shape { $0.add(1, Int64(size)) }
                $0.add(2, Self.float)
                $0.add(8, tensor.name)
                $0.add(9, tensor.bytes)
            }
        }
        graph.add(11) { Self.value("features", model.inputs, &$0) }
        graph.add(12) { Self.value("outputs", model.outputs, &$0) }
    }

    /// A matrix of as many rows as one likes.
    private static func value(_ name: String, _ width: Int, _ message: inout ProtobufMessage) {
        message.add(1, name)
        message.add(2) {
            $0.add(1) {
                $0.add(1, float)
                $0.add(2) {
                    $0.add(1) { $0.add(2, "rows") }
                    $0.add(1) { $0.add(1, Int64(width)) }
                }
            }
        }
    }
}
