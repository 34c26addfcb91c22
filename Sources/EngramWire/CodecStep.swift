// SPDX-License-Identifier: Apache-2.0

/// One step of an update codec: which values travel, or how a value is written.
///
/// As text, and coded: `float32`, `float16`, `int8`, `qsgd(7)`, `hsq(8,8)`, `topK(0.01)`, `randomK(0.01)`.
package enum CodecStep: Hashable, Sendable {
    /// IEEE single precision: exact.
    case float32
    /// IEEE half precision, rounded to even; values past 65504 become 65504.
    case float16
    /// Eight bits and a scale for each 1024 values: off by half a scale at most, a scale being the block's largest magnitude /
    /// 127.
    case int8
    /// QSGD (Alistarh et al. 2017): signs, stochastically rounded levels, and a norm for each 512 values; right on average.
    case qsgd(levels: Int)
    /// Hypersphere quantisation (HSQ, Dai et al. 2019): for each segment of that many values the nearest of 2^bits codewords on the
    /// unit sphere, and a length. Off in the same way each time, so made for error feedback.
    case hsq(segment: Int, bits: Int)
    /// Only the largest magnitudes: `fraction` of the values, at least one.
    case topK(fraction: Double)
    /// Only `fraction` of the values, at least one, drawn from a seed that travels instead of their places.
    case randomK(fraction: Double)

    /// Every form, for people who have written something else.
    package static let forms = "float32, float16, int8, qsgd(levels), hsq(segment,bits), topK(fraction) or randomK(fraction)"

    /// The format that the step names; nil for a selection.
    var format: ValueFormat? {
        switch self {
        case .float32: .float32
        case .float16: .float16
        case .int8: .int8
        case .qsgd(let levels): .qsgd(levels: levels)
        case .hsq(let segment, let bits): .hsq(segment: segment, bits: bits)
        case .topK, .randomK: nil
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
            guard let opening = text.firstIndex(of: "("), text.last == ")" else { return nil }
            let arguments = text[opening...].dropFirst().dropLast().split(separator: ",", omittingEmptySubsequences: false)
            self.init(form: text[..<opening], arguments.map { $0.drop { $0 == " " } })
        }
    }

    private init?(form: Substring, _ arguments: [Substring]) {
        switch (form, arguments.count) {
        case ("qsgd", 1):
            guard let levels = Int(arguments[0]) else { return nil }
            self = .qsgd(levels: levels)
        case ("hsq", 2):
            guard let segment = Int(arguments[0]), let bits = Int(arguments[1]) else { return nil }
            self = .hsq(segment: segment, bits: bits)
        case ("topK", 1):
            guard let fraction = Double(arguments[0]) else { return nil }
            self = .topK(fraction: fraction)
        case ("randomK", 1):
            guard let fraction = Double(arguments[0]) else { return nil }
            self = .randomK(fraction: fraction)
        default: return nil
        }
    }

    package var description: String {
        switch self {
        case .float32: "float32"
        case .float16: "float16"
        case .int8: "int8"
        case .qsgd(let levels): "qsgd(\(levels))"
        case .hsq(let segment, let bits): "hsq(\(segment),\(bits))"
        case .topK(let fraction): "topK(\(fraction))"
        case .randomK(let fraction): "randomK(\(fraction))"
        }
    }
}

extension CodecStep: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let step = CodecStep(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\"\(text)\" is no codec step; use \(Self.forms)")
        }
        self = step
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
