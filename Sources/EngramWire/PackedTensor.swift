// SPDX-License-Identifier: Apache-2.0
import EngramBytes

/// The values of one tensor as a codec wrote them.
///
/// Comes from `UpdateCodec.pack` or from a decoded parcel, never from loose parts; its sizes are within the limits, its body
/// unchecked until it is unpacked.
package struct PackedTensor: Equatable, Sendable {
    /// What the code can hold at all; the limits of a connection are lower.
    package static let maxValues = 1 << 28

    package let name: String
    /// Values of the tensor, those that did not travel included.
    package let count: Int
    package let format: ValueFormat
    /// Which values travelled.
    package let selection: ValueSelection
    package let deflated: Bool
    /// Size of the body once inflated.
    package let inflatedBytes: Int
    /// Size of the body as it travels.
    package var bodyBytes: Int { body.count }

    private let body: [UInt8]

    /// A tensor that was just written; deflated where that makes it smaller, if at all.
    init(name: String, count: Int, format: ValueFormat, selection: ValueSelection, body: [UInt8], deflate: Bool) {
        self.name = name
        self.count = count
        self.format = format
        self.selection = selection
        inflatedBytes = body.count
        let smaller = deflate ? Zlib.deflate(body) : body
        deflated = smaller.count < body.count
        self.body = deflated ? smaller : body
    }

    /// The values, after a check that there are as many as the layout of the receiver demands.
    ///
    /// Prefer this: a sparse tensor of a few bytes may claim millions of values.
    package func unpacked(expecting expected: Int) throws(WireError) -> [Float] {
        guard count == expected else { throw .malformed("tensor \(name) has \(count) values, \(expected) expected") }
        return try unpacked()
    }

    /// The values; those that did not travel are 0.
    ///
    /// - Throws: `malformed` when the body is not what its description says, `notFinite` when a value is a NaN or an infinity.
    package func unpacked() throws(WireError) -> [Float] {
        var reader = ByteReader(try inflated())
        if selection == .all { return try format.decoded(reader.remainder(), count: count, tensor: name) }
        let kept = Int(try reading { () throws(BytesError) in try reader.u32() })
        guard kept > 0, kept < count else { throw .malformed("sparse tensor \(name) keeps \(kept) of \(count) values") }
        let indices = selection == .listed ? try listedIndices(kept, from: &reader) : try drawnIndices(kept, from: &reader)
        return indices.scatter(try format.decoded(reader.remainder(), count: kept, tensor: name), count: count)
    }

    private func listedIndices(_ kept: Int, from reader: inout ByteReader) throws(WireError) -> SparseIndices {
        let places = try reading { () throws(BytesError) in try reader.bytes(Int(try reader.u32())) }
        guard let indices = SparseIndices(reading: places, kept: kept, below: count) else {
            throw .malformed("the indices of sparse tensor \(name) are not \(kept) ascending numbers below \(count)")
        }
        return indices
    }

    private func drawnIndices(_ kept: Int, from reader: inout ByteReader) throws(WireError) -> SparseIndices {
        let seed = try reading { () throws(BytesError) in try reader.u64() }
        // Before anything is made for the places: they cost the sender nothing.
        guard reader.remaining == format.bytes(for: kept) else {
            throw .malformed("sparse tensor \(name) has \(reader.remaining) bytes for \(kept) values of \(format)")
        }
        return SparseIndices(drawing: kept, of: count, seed: seed)
    }

    private func inflated() throws(WireError) -> [UInt8] {
        guard deflated else { return body }
        let bytes = try reading { () throws(BytesError) in try Zlib.inflate(body[...], format: .zlib, limit: inflatedBytes) }
        guard bytes.count == inflatedBytes else {
            throw .malformed("tensor \(name) inflates to \(bytes.count) bytes, \(inflatedBytes) declared")
        }
        return bytes
    }
}

extension PackedTensor {
    /// Bytes of the description before the body, without the name's characters and the format's parameters.
    static let headerBytes = 2 + 1 + 4 + 4 + 4

    private static let deflatedBit: UInt8 = 8

    func write(to writer: inout ByteWriter) {
        writer.string(name)
        writer.u8(format.layout | selection.rawValue | (deflated ? Self.deflatedBit : 0))
        format.writeParameters(to: &writer)
        writer.u32(UInt32(clamping: count))
        writer.u32(UInt32(clamping: inflatedBytes))
        writer.u32(UInt32(clamping: body.count))
        writer.raw(body)
    }

    init(from reader: inout ByteReader, limits: WireLimits) throws(WireError) {
        var input = reader
        let (name, layout) = try reading { () throws(BytesError) in
            (try input.string(limit: limits.maxTensorNameBytes), try input.u8())
        }
        guard !name.isEmpty else { throw .malformed("a tensor without a name") }
        guard let selection = ValueSelection(rawValue: layout & ValueSelection.layoutMask) else {
            throw .malformed("tensor \(name) has the unknown layout \(layout)")
        }
        let format = try ValueFormat(layout: layout & ValueFormat.layoutMask, parametersFrom: &input, tensor: name)
        let (count, inflatedBytes, stored) = try reading { () throws(BytesError) in
            (Int(try input.u32()), Int(try input.u32()), Int(try input.u32()))
        }
        let maxCount = min(limits.maxTensorValues, Self.maxValues)
        guard count <= maxCount else { throw .overLimit(what: "values of tensor \(name)", value: count, limit: maxCount) }
        guard selection == .all || count > 1 else { throw .malformed("sparse tensor \(name) of \(count) values") }
        let sizes = selection.bodyBytes(count: count, format: format)
        guard sizes.contains(inflatedBytes) else {
            throw .malformed(
                "tensor \(name) of \(count) values of \(format) declares \(inflatedBytes) bytes, not \(sizes.lowerBound) to "
                    + "\(sizes.upperBound)")
        }
        let deflated = layout & Self.deflatedBit != 0
        if deflated {
            guard (1..<max(inflatedBytes, 2)).contains(stored) else {
                throw .malformed("tensor \(name) is deflated from \(inflatedBytes) to \(stored) bytes; deflated ones are smaller")
            }
            let ratio = (inflatedBytes + stored - 1) / stored
            guard ratio <= limits.maxInflationRatio else {
                throw .overLimit(what: "inflation ratio of tensor \(name)", value: ratio, limit: limits.maxInflationRatio)
            }
        } else if stored != inflatedBytes {
            throw .malformed("tensor \(name) declares \(inflatedBytes) bytes and carries \(stored)")
        }
        self.name = name
        self.count = count
        self.format = format
        self.selection = selection
        self.deflated = deflated
        self.inflatedBytes = inflatedBytes
        body = Array(try reading { () throws(BytesError) in try input.bytes(stored) })
        reader = input
    }
}
