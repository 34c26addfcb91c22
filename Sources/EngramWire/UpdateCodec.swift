// SPDX-License-Identifier: Apache-2.0
import CKernels
import EngramBytes

/// How the values of an update are written: an optional selection, a format, an optional deflate.
///
/// The same values always give the same bytes. Values must be finite: a NaN or an infinity is passed on, for the receiver to
/// refuse.
package struct UpdateCodec: Hashable, Sendable {
    package let steps: [CodecStep]
    package let deflate: Bool
    private let format: ValueFormat
    private let fraction: Double?

    /// A codec of at most one selection followed by at most one format (float32 unless given).
    ///
    /// - Throws: `senselessCodec` for anything else, and for fractions outside 0 < f ≤ 1.
    package init(_ steps: [CodecStep], deflate: Bool) throws(WireError) {
        var format: ValueFormat?
        var fraction: Double?
        for step in steps {
            if step.isFormat, format != nil {
                throw .senselessCodec("two value formats in [\(Self.list(steps))]; name one of float32, float16, int8")
            }
            switch step {
            case .float32: format = .float32
            case .float16: format = .float16
            case .int8: format = .int8
            case .topK(let share):
                guard share > 0, share <= 1 else { throw .senselessCodec("\(step): the fraction must be over 0 and at most 1") }
                guard fraction == nil else { throw .senselessCodec("two selections in [\(Self.list(steps))]; name one topK") }
                guard format == nil else {
                    throw .senselessCodec("a selection after a value format in [\(Self.list(steps))]; name topK first")
                }
                fraction = share
            }
        }
        self.steps = steps
        self.deflate = deflate
        self.format = format ?? .float32
        self.fraction = fraction
    }

    /// The values written by this codec.
    ///
    /// - Parameter values: at most `PackedTensor.maxValues`; the layout of the tensor is known to both sides by its name.
    package func pack(_ values: [Float], name: String) -> PackedTensor {
        precondition(values.count <= PackedTensor.maxValues, "a tensor of more than 2^28 values; split it")
        var body: [UInt8]
        let kept = keptCount(of: values.count)
        if kept < values.count {
            let indices = Self.largest(kept, of: values)
            var selected = [Float](repeating: 0, count: kept)
            unsafe engram_codec_gather(values, indices, kept, &selected)
            var places = [UInt8](repeating: 0, count: 5 * kept)
            let size = unsafe engram_codec_put_indices(indices, kept, &places)
            var writer = ByteWriter(reserving: 8 + size + format.bytes(for: kept))
            writer.u32(UInt32(kept))
            writer.u32(UInt32(size))
            writer.raw(places[..<size])
            writer.raw(format.encoded(selected))
            body = writer.bytes
        } else {
            body = format.encoded(values)
        }
        let inflatedBytes = body.count
        var deflated = false
        if deflate {
            let smaller = Zlib.deflate(body)
            if smaller.count < body.count {
                body = smaller
                deflated = true
            }
        }
        return PackedTensor(
            name: name, count: values.count, format: format, sparse: kept < values.count, deflated: deflated,
            inflatedBytes: inflatedBytes, body: body)
    }

    /// How many of `count` values travel: `max(1, ceil(fraction × count))`, in Float64.
    package func keptCount(of count: Int) -> Int {
        guard let fraction, count > 0 else { return count }
        return min(count, max(1, Int((fraction * Double(count)).rounded(.up))))
    }

    private static func largest(_ kept: Int, of values: [Float]) -> [UInt32] {
        var indices = [UInt32](repeating: 0, count: kept)
        let status = unsafe engram_codec_top_k(values, values.count, kept, &indices)
        precondition(status == 0, "no memory to select the largest values")
        return indices
    }

    private static func list(_ steps: [CodecStep]) -> String {
        steps.map(\.description).joined(separator: ", ")
    }
}
