// SPDX-License-Identifier: Apache-2.0
import CKernels
import EngramBytes

/// How single values are written (docs/protocol.md, "Packed tensors").
package enum ValueFormat: Hashable, Sendable {
    case float32
    case float16
    case int8
    /// See `CodecStep.qsgd`.
    case qsgd(levels: Int)
    /// See `CodecStep.hsq`.
    case hsq(segment: Int, bits: Int)

    private static let levels = 1...32_767
    private static let block = Int(ENGRAM_CODEC_BLOCK)
    private static let bucket = Int(ENGRAM_CODEC_BUCKET)

    /// Why there is no such format; nil if there is one.
    var objection: String? {
        switch self {
        case .float32, .float16, .int8: nil
        case .qsgd(let levels):
            Self.levels.contains(levels)
                ? nil : "qsgd(\(levels)): it takes \(Self.levels.lowerBound) to \(Self.levels.upperBound) levels"
        case .hsq(let segment, let bits): Self.objection(segment: segment, bits: bits)
        }
    }

    private static func objection(segment: Int, bits: Int) -> String? {
        let segments = SphereCodebook.segments, widths = SphereCodebook.bits
        guard segments.contains(segment), widths.contains(bits) else {
            return "hsq(\(segment),\(bits)): segments have \(segments.lowerBound) to \(segments.upperBound) numbers, codewords "
                + "\(widths.lowerBound) to \(widths.upperBound) bits"
        }
        guard 1 << bits >= 2 * segment else {
            return "hsq(\(segment),\(bits)): half of its \(1 << bits) codewords, the negatives of the others, are fewer than the "
                + "\(segment) numbers of a segment, so some directions would never be sent; take more bits or shorter segments"
        }
        return nil
    }

    /// The size of `count` written values; `count` is at most `PackedTensor.maxValues`.
    package func bytes(for count: Int) -> Int {
        switch self {
        case .float32: 4 * count
        case .float16: 2 * count
        case .int8: count + 4 * Self.parts(count, Self.block)
        case .qsgd(let levels):
            // The codes 0...2s.
            4 * Self.parts(count, Self.bucket) + Self.parts(count * (Int.bitWidth - (2 * levels).leadingZeroBitCount), 8)
        case .hsq(let segment, let bits):
            count == 0 ? 0 : 2 + Self.parts(count, segment) + Self.parts(Self.parts(count, segment) * bits, 8)
        }
    }

    private static func parts(_ count: Int, _ size: Int) -> Int { (count + size - 1) / size }
}

extension ValueFormat {
    /// The bits of the layout byte that say the format.
    static let layoutMask: UInt8 = 0b1110_0011

    var layout: UInt8 {
        switch self {
        case .float32: 0
        case .float16: 1
        case .int8: 2
        case .qsgd: 3
        case .hsq: 32
        }
    }

    /// What stands between the layout byte and the count.
    func writeParameters(to writer: inout ByteWriter) {
        switch self {
        case .float32, .float16, .int8: break
        case .qsgd(let levels): writer.u16(UInt16(clamping: levels))
        case .hsq(let segment, let bits):
            writer.u8(UInt8(clamping: segment))
            writer.u8(UInt8(clamping: bits))
        }
    }

    init(layout: UInt8, parametersFrom reader: inout ByteReader, tensor name: String) throws(WireError) {
        switch layout {
        case 0: self = .float32
        case 1: self = .float16
        case 2: self = .int8
        case 3: self = .qsgd(levels: Int(try reading { () throws(BytesError) in try reader.u16() }))
        case 32:
            let (segment, bits) = try reading { () throws(BytesError) in (try reader.u8(), try reader.u8()) }
            self = .hsq(segment: Int(segment), bits: Int(bits))
        default: throw .malformed("tensor \(name) has the unknown value format \(layout)")
        }
        if let objection { throw .malformed("tensor \(name): \(objection)") }
    }
}
