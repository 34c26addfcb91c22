// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramTensors

/// How the values of an update are written: an optional selection, a format, an optional deflate.
///
/// The same values and draws always give the same bytes. Values must be finite: a NaN or an infinity is passed on, for the receiver to
/// refuse.
package struct UpdateCodec: Hashable, Sendable {
    package let steps: [CodecStep]
    package let deflate: Bool
    private let format: ValueFormat
    private let selection: ValueSelection
    private let fraction: Double

    /// A codec of at most one selection followed by at most one format (float32 unless given).
    ///
    /// - Throws: `senselessCodec` for anything else, for fractions outside 0 < f ≤ 1, and for formats out of their range.
    package init(_ steps: [CodecStep], deflate: Bool) throws(WireError) {
        var format: ValueFormat?
        var selection: (kind: ValueSelection, fraction: Double)?
        for step in steps {
            switch step {
            case .float32, .float16, .int8, .qsgd, .hsq:
                guard format == nil else { throw .senselessCodec("two value formats in [\(Self.list(steps))]; name one") }
                if let objection = step.format?.objection { throw .senselessCodec(objection) }
                format = step.format
            case .topK(let share), .randomK(let share):
                guard share > 0, share <= 1 else { throw .senselessCodec("\(step): the fraction must be over 0 and at most 1") }
                guard selection == nil else { throw .senselessCodec("two selections in [\(Self.list(steps))]; name one") }
                guard format == nil else {
                    throw .senselessCodec("a selection after a value format in [\(Self.list(steps))]; name \(step) first")
                }
                if case .topK = step { selection = (.listed, share) } else { selection = (.drawn, share) }
            }
        }
        self.steps = steps
        self.deflate = deflate
        self.format = format ?? .float32
        self.selection = selection?.kind ?? .all
        fraction = selection?.fraction ?? 1
    }

    /// Whether packing takes random draws.
    package var isStochastic: Bool {
        if case .qsgd = format { return true }
        return selection == .drawn
    }

    /// The values written by this codec.
    ///
    /// - Parameters:
    ///   - values: at most `PackedTensor.maxValues`; the layout of the tensor is known to both sides by its name.
    ///   - name: the tensor's.
    ///   - draws: of which the places and the rounding come.
    ///   - feedback: whether the caller adds what was left out to its next update. If so, `randomK` and `qsgd` are the contractions that
    ///     error feedback needs (Stich et al. 2018; Basu et al. 2019): kept values as they are, norms divided by 1 + β. If not, they are
    ///     right on average: kept values times count / kept, norms as they are. The receiver decodes both alike.
    package func pack(
        _ values: [Float], name: String, feedback: Bool, using draws: inout CodecDraws
    ) -> PackedTensor {
        let rounding = draws.rounding.next()
        return pack(values, name: name, feedback: feedback, places: draws.places, rounding: rounding)
    }

    /// The values written by this codec, which must not be stochastic. With or without error feedback it is the same then.
    package func pack(_ values: [Float], name: String) -> PackedTensor {
        precondition(!isStochastic, "[\(Self.list(steps))] takes random draws; pack with them")
        return pack(values, name: name, feedback: false, places: 0, rounding: 0)
    }

    private func pack(
        _ values: [Float], name: String, feedback: Bool, places: UInt64, rounding: UInt64
    ) -> PackedTensor {
        precondition(values.count <= PackedTensor.maxValues, "a tensor of more than 2^28 values; split it")
        let kept = keptCount(of: values.count)
        let selection = kept < values.count ? self.selection : .all
        var writer = ByteWriter()
        var selected = values
        switch selection {
        case .all: break
        case .listed:
            let indices = SparseIndices(largest: kept, of: values)
            let bytes = indices.bytes
            writer.u32(UInt32(kept))
            writer.u32(UInt32(bytes.count))
            writer.raw(bytes)
            selected = indices.gather(values)
        case .drawn:
            writer.u32(UInt32(kept))
            writer.u64(places)
            selected = SparseIndices(drawing: kept, of: values.count, seed: places).gather(values)
            if !feedback { Kernels.scale(Float(Double(values.count) / Double(kept)), &selected) }
        }
        let written = format.encoded(selected, rounding: rounding, shrinks: feedback)
        return PackedTensor(
            name: name, count: values.count, format: format, selection: selection, body: writer.bytes + written, deflate: deflate)
    }

    /// How many of `count` values travel: `max(1, ceil(fraction × count))`, in Float64.
    package func keptCount(of count: Int) -> Int {
        guard selection != .all, count > 0 else { return count }
        return min(count, max(1, Int((fraction * Double(count)).rounded(.up))))
    }

    private static func list(_ steps: [CodecStep]) -> String {
        steps.map(\.description).joined(separator: ", ")
    }
}
