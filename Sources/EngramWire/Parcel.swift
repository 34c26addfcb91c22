// SPDX-License-Identifier: Apache-2.0
import EngramBytes

/// Named scalars and packed tensors: the only thing that methods exchange.
///
/// Layout: the four bytes `EGP1`, u32 scalar count, then name and f64 of each in ascending order of names; u32 tensor count, then
/// the packed tensors in their order (docs/protocol.md, "Parcels").
package struct Parcel: Equatable, Sendable {
    static let magic = Array("EGP1".utf8)

    package var scalars: [String: Double]
    package var tensors: [PackedTensor]

    package init(scalars: [String: Double] = [:], tensors: [PackedTensor] = []) {
        self.scalars = scalars
        self.tensors = tensors
    }

    /// The tensor with this name.
    package func tensor(_ name: String) -> PackedTensor? {
        tensors.first { $0.name == name }
    }

    /// The bytes of the parcel; equal parcels give equal bytes. Whether it is within the limits is for the receiver to check.
    package func encoded() -> [UInt8] {
        let names = scalars.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let tensorBytes = tensors.reduce(0) { $0 + PackedTensor.headerBytes + $1.name.utf8.count + $1.bodyBytes }
        var writer = ByteWriter(reserving: 64 + 32 * names.count + tensorBytes)
        writer.raw(Self.magic)
        writer.u32(UInt32(clamping: names.count))
        for name in names {
            writer.string(name)
            writer.f64(scalars[name] ?? 0)
        }
        writer.u32(UInt32(clamping: tensors.count))
        for tensor in tensors { tensor.write(to: &writer) }
        return writer.bytes
    }

    /// The parcel that these bytes spell.
    ///
    /// Bodies of tensors are checked when they are unpacked, everything else here: limits, order and uniqueness of names, finite
    /// scalars, nothing left over.
    package init(decoding bytes: [UInt8], limits: WireLimits) throws(WireError) {
        guard bytes.count <= limits.maxParcelBytes else {
            throw .overLimit(what: "parcel size", value: bytes.count, limit: limits.maxParcelBytes)
        }
        var reader = ByteReader(bytes)
        let magic = try reading { () throws(BytesError) in try reader.bytes(Self.magic.count) }
        guard magic.elementsEqual(Self.magic) else { throw .malformed("not a parcel: it does not start with EGP1") }
        scalars = try Self.scalars(from: &reader, limits: limits)
        tensors = try Self.tensors(from: &reader, limits: limits)
        try reading { () throws(BytesError) in try reader.finish() }
    }

    private static func scalars(from reader: inout ByteReader, limits: WireLimits) throws(WireError) -> [String: Double] {
        let count = Int(try reading { () throws(BytesError) in try reader.u32() })
        guard count <= limits.maxScalars else {
            throw .overLimit(what: "scalars of a parcel", value: count, limit: limits.maxScalars)
        }
        var scalars: [String: Double] = [:]
        var previous: String?
        for _ in 0..<count {
            let (name, value) = try reading { () throws(BytesError) in
                (try reader.string(limit: limits.maxTensorNameBytes), try reader.f64())
            }
            if let previous, !previous.utf8.lexicographicallyPrecedes(name.utf8) {
                throw .malformed("scalar \(name) does not follow \(previous) in order")
            }
            guard !name.isEmpty, scalars[name] == nil else { throw .malformed("scalar names must be unique and not empty") }
            guard value.isFinite else { throw .notFinite("scalar \(name)") }
            scalars[name] = value
            previous = name
        }
        return scalars
    }

    private static func tensors(from reader: inout ByteReader, limits: WireLimits) throws(WireError) -> [PackedTensor] {
        let count = Int(try reading { () throws(BytesError) in try reader.u32() })
        guard count <= limits.maxTensors else {
            throw .overLimit(what: "tensors of a parcel", value: count, limit: limits.maxTensors)
        }
        var tensors: [PackedTensor] = []
        var names: Set<String> = []
        var values = 0
        for _ in 0..<count {
            let tensor = try PackedTensor(from: &reader, limits: limits)
            guard names.insert(tensor.name).inserted else { throw .malformed("two tensors are named \(tensor.name)") }
            values += tensor.count
            guard values <= limits.maxParcelValues else {
                throw .overLimit(what: "values of a parcel", value: values, limit: limits.maxParcelValues)
            }
            tensors.append(tensor)
        }
        return tensors
    }
}
