// SPDX-License-Identifier: Apache-2.0
import CKernels
import EngramBytes

/// The values of one tensor as a codec wrote them.
///
/// Comes from `UpdateCodec.pack` or from a decoded parcel, never from loose parts; its sizes are within the limits, its body
/// unchecked until it is unpacked.
package struct PackedTensor: Equatable, Sendable {
    /// What the code can hold at all; the limits of a connection are lower.
    package static let maxValues = 1 << 28

    private static let sparseBit: UInt8 = 4
    private static let deflatedBit: UInt8 = 8
    private static let formatMask: UInt8 = 3

    package let name: String
    /// Values of the tensor, those that did not travel included.
    package let count: Int
    package let format: ValueFormat
    /// Whether only selected values travelled.
    package let sparse: Bool
    package let deflated: Bool
    /// Size of the body once inflated.
    package let inflatedBytes: Int
    /// Size of the body as it travels.
    package var bodyBytes: Int { body.count }

    private let body: [UInt8]

    init(name: String, count: Int, format: ValueFormat, sparse: Bool, deflated: Bool, inflatedBytes: Int, body: [UInt8]) {
        self.name = name
        self.count = count
        self.format = format
        self.sparse = sparse
        self.deflated = deflated
        self.inflatedBytes = inflatedBytes
        self.body = body
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
        let bytes = try inflated()
        guard sparse else { return try values(in: bytes[...], count: count) }
        var reader = ByteReader(bytes)
        let (kept, size) = try reading { () throws(BytesError) in (Int(try reader.u32()), Int(try reader.u32())) }
        guard kept > 0, kept < count else { throw .malformed("sparse tensor \(name) keeps \(kept) of \(count) values") }
        // One byte at least for each index, so that nothing large is made from a small input.
        guard size >= kept, size <= reader.remaining else {
            throw .malformed("sparse tensor \(name) has \(size) bytes for \(kept) indices")
        }
        let places = try reading { () throws(BytesError) in try reader.bytes(size) }
        var indices = [UInt32](repeating: 0, count: kept)
        let status = unsafe places.withUnsafeBufferPointer { input in
            unsafe engram_codec_get_indices(input.baseAddress, size, kept, count, &indices)
        }
        guard status == 0 else {
            throw .malformed("the indices of sparse tensor \(name) are not \(kept) ascending numbers below \(count)")
        }
        let selected = try values(in: reader.remainder(), count: kept)
        var all = [Float](repeating: 0, count: count)
        unsafe engram_codec_scatter(selected, indices, kept, &all)
        return all
    }

    private func inflated() throws(WireError) -> [UInt8] {
        guard deflated else { return body }
        let bytes = try reading { () throws(BytesError) in try Zlib.inflate(body[...], format: .zlib, limit: inflatedBytes) }
        guard bytes.count == inflatedBytes else {
            throw .malformed("tensor \(name) inflates to \(bytes.count) bytes, \(inflatedBytes) declared")
        }
        return bytes
    }

    private func values(in bytes: ArraySlice<UInt8>, count: Int) throws(WireError) -> [Float] {
        guard bytes.count == format.bytes(for: count) else {
            throw .malformed("tensor \(name) has \(bytes.count) bytes for \(count) values of \(format)")
        }
        guard let values = format.decoded(bytes, count: count) else { throw .notFinite("tensor \(name)") }
        return values
    }
}

extension PackedTensor {
    /// Bytes of the description before the body, without the name's characters.
    static let headerBytes = 2 + 1 + 4 + 4 + 4

    func write(to writer: inout ByteWriter) {
        writer.string(name)
        writer.u8(format.rawValue | (sparse ? Self.sparseBit : 0) | (deflated ? Self.deflatedBit : 0))
        writer.u32(UInt32(clamping: count))
        writer.u32(UInt32(clamping: inflatedBytes))
        writer.u32(UInt32(clamping: body.count))
        writer.raw(body)
    }

    init(from reader: inout ByteReader, limits: WireLimits) throws(WireError) {
        var input = reader
        let (name, layout, count, inflatedBytes, stored) = try reading { () throws(BytesError) in
            let name = try input.string(limit: limits.maxTensorNameBytes)
            return (name, try input.u8(), Int(try input.u32()), Int(try input.u32()), Int(try input.u32()))
        }
        let flags = layout & ~Self.formatMask
        guard flags & ~(Self.sparseBit | Self.deflatedBit) == 0, let format = ValueFormat(rawValue: layout & Self.formatMask)
        else {
            throw .malformed("tensor \(name) has the unknown layout \(layout)")
        }
        guard !name.isEmpty else { throw .malformed("a tensor without a name") }
        let maxCount = min(limits.maxTensorValues, Self.maxValues)
        guard count <= maxCount else { throw .overLimit(what: "values of tensor \(name)", value: count, limit: maxCount) }
        let sparse = flags & Self.sparseBit != 0
        let deflated = flags & Self.deflatedBit != 0

        let dense = format.bytes(for: count)
        if sparse {
            guard count > 1, inflatedBytes >= 8, inflatedBytes <= 8 + 5 * count + dense else {
                throw .malformed("sparse tensor \(name) of \(count) values declares \(inflatedBytes) bytes")
            }
        } else if inflatedBytes != dense {
            throw .malformed("tensor \(name) of \(count) values of \(format) declares \(inflatedBytes) bytes, not \(dense)")
        }
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
        let body = Array(try reading { () throws(BytesError) in try input.bytes(stored) })
        self.init(
            name: name, count: count, format: format, sparse: sparse, deflated: deflated, inflatedBytes: inflatedBytes, body: body
        )
        reader = input
    }
}
