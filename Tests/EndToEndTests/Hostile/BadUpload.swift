// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramFederation
import EngramWire

/// Ways to spoil an upload, and what the daemon must say about each.
enum BadUpload: String, CaseIterable, Sendable {
    case notAParcel, truncated, trailing, manyScalars
    case ratioBomb, countBomb, lyingBomb, sparseBomb, twice
    case nan, infinite, nanScalar, wrongShape, missing, unasked, unknownSlot, unknownHome, noHome
    case tooManyRows, negativeRows, brokenRows, tooManyValidationRows, tooLong, loudSignature, noSignature

    var reason: String {
        switch self {
        case .notAParcel: "does not start with EGP1"
        case .truncated, .trailing: "the upload cannot be read"
        case .manyScalars: "scalars of a parcel"
        case .ratioBomb: "inflation ratio"
        case .countBomb: "values of tensor"
        case .lyingBomb: "cannot be read"
        case .sparseBomb, .wrongShape: "numbers instead of"
        case .twice: "two tensors are named"
        case .nan, .infinite, .nanScalar: "a NaN or an infinity"
        case .missing: "lacks 'update/"
        case .unasked, .unknownSlot: "was not asked for"
        case .unknownHome, .noHome: "lacks 'home'"
        case .tooManyRows: "training rows, the agent declared"
        case .negativeRows, .brokenRows: "lacks 'rows'"
        case .tooManyValidationRows: "validation_rows"
        case .tooLong: "has norm"
        case .loudSignature: "its norm is"
        case .noSignature: "lacks 'signature'"
        }
    }

    /// The spoilt bytes; `home` is the slot that was trained, `count` the values of its update.
    func bytes(_ honest: Parcel, home: SlotID, count: Int, rows: Int) -> [UInt8] {
        let name = "update/\(home)"
        let values = [Float](repeating: 0.01, count: count)
        var parcel = honest
        switch self {
        case .notAParcel: return Array("GIF89a, or whatever this is".utf8)
        case .truncated: return honest.encoded().dropLast(3)
        case .trailing: return honest.encoded() + [0]
        case .manyScalars: return Parcel.magic4 + [0xFF, 0xFF, 0xFF, 0xFF] + [UInt8](repeating: 0, count: 64)
        // Deflated, of the right shape, and 64 times as large inflated as it travels.
        case .ratioBomb:
            return honest.replacing(
                name, layout: 8, count: count, inflated: 4 * count, body: [UInt8](repeating: 0, count: 4 * count / 64))
        case .countBomb:
            return honest.replacing(
                name, layout: 8, count: 1 << 31, inflated: Int(UInt32.max), body: [0x78, 0x01, 3, 0, 0, 0, 0, 1])
        // Declares what is right and inflates to a thousand times as much.
        case .lyingBomb:
            let bomb = Zlib.deflate([UInt8](repeating: 0, count: 200_000), strategy: .standard, level: 9)
            return honest.replacing(name, layout: 8, count: count, inflated: 4 * count, body: bomb)
        // Nine bytes that claim sixty million values.
        case .sparseBomb:
            let body: [UInt8] = [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1]
            return honest.replacing(name, layout: 6, count: 60_000_000, inflated: body.count, body: body)
        case .twice: parcel.tensors += parcel.tensors.filter { $0.name == name }
        case .nan: parcel.replace(name, [Float](repeating: .nan, count: count))
        case .infinite: parcel.replace(name, values.dropLast() + [.infinity])
        case .nanScalar: parcel.scalars["rows"] = .nan
        case .wrongShape: parcel.replace(name, values + [0])
        case .missing: parcel.tensors.removeAll { $0.name == name }
        case .unasked: parcel.tensors.append(UpdateCodec.exact.pack(values, name: "spy"))
        case .unknownSlot: parcel.tensors.append(UpdateCodec.exact.pack(values, name: "update/c77"))
        case .unknownHome:
            parcel.scalars["home/\(home)"] = nil
            parcel.scalars["home/c77"] = 1
        case .noHome: parcel.scalars["home/\(home)"] = nil
        case .tooManyRows: parcel.scalars["rows"] = Double(rows + 1)
        case .negativeRows: parcel.scalars["rows"] = -1
        case .brokenRows: parcel.scalars["rows"] = 0.5
        case .tooManyValidationRows: parcel.scalars["slot/\(home)/validation_rows"] = 1e9
        case .tooLong: parcel.replace(name, [Float](repeating: 1e6, count: count))
        case .loudSignature: parcel.replace("signature", [Float](repeating: 1e6, count: parcel.tensor("signature")?.count ?? 1))
        case .noSignature: parcel.tensors.removeAll { $0.name == "signature" }
        }
        return parcel.encoded()
    }
}

extension Parcel {
    fileprivate static let magic4 = Array("EGP1".utf8)

    fileprivate mutating func replace(_ name: String, _ values: [Float]) {
        tensors = tensors.map { $0.name == name ? UpdateCodec.exact.pack(values, name: name) : $0 }
    }

    /// The parcel with one tensor written by hand in place of the one of that name (docs/protocol.md, "Packed tensors").
    fileprivate func replacing(_ name: String, layout: UInt8, count: Int, inflated: Int, body: [UInt8]) -> [UInt8] {
        var rest = self
        rest.tensors.removeAll { $0.name == name }
        var writer = ByteWriter()
        var bare = rest
        bare.tensors = []
        writer.raw(bare.encoded().dropLast(4))
        writer.u32(UInt32(rest.tensors.count + 1))
        writer.raw(rest.encoded().dropFirst(bare.encoded().count))
        writer.string(name)
        writer.u8(layout)
        writer.u32(UInt32(clamping: count))
        writer.u32(UInt32(clamping: inflated))
        writer.u32(UInt32(clamping: body.count))
        writer.raw(body)
        return writer.bytes
    }
}
