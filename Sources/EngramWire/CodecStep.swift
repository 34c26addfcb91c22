// SPDX-License-Identifier: Apache-2.0

/// One step of an update codec: which values travel, or how a value is written.
///
/// As text, and coded: `float32`, `float16`, `int8`, `topK(0.01)`.
package enum CodecStep: Hashable, Sendable {
    /// IEEE single precision: exact.
    case float32
    /// IEEE half precision, rounded to even; values past 65504 become 65504.
    case float16
    /// Eight bits and a scale for each 1024 values: off by half a scale at most, a scale being the block's largest magnitude /
    /// 127.
    case int8
    /// Only the largest magnitudes: `fraction` of the values, at least one.
    case topK(fraction: Double)

    var isFormat: Bool {
        switch self {
        case .float32, .float16, .int8: true
        case .topK: false
        }
    }
}

extension CodecStep: LosslessStringConvertible {
    package init?(_ text: String) {
        switch text {
        case "float32": self = .float32
        case "float16": self = .float16
        case "int8": self = .int8
        default:
            guard text.hasPrefix("topK("), text.hasSuffix(")"), let fraction = Double(text.dropFirst(5).dropLast()) else {
                return nil
            }
            self = .topK(fraction: fraction)
        }
    }

    package var description: String {
        switch self {
        case .float32: "float32"
        case .float16: "float16"
        case .int8: "int8"
        case .topK(let fraction): "topK(\(fraction))"
        }
    }
}

extension CodecStep: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let step = CodecStep(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\"\(text)\" is no codec step; use float32, float16, int8 or topK(fraction)")
        }
        self = step
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
