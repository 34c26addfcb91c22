// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramWire
import Testing

/// A parcel of one tensor called "w", written by hand, as a hostile peer would.
struct RawTensor {
    var layout: UInt8
    /// What stands between the layout byte and the count.
    var parameters: [UInt8] = []
    var count: Int
    /// What it says of the body's size; the truth unless given.
    var inflated: UInt32?
    var stored: UInt32?
    var body: [UInt8]

    var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.raw(Array("EGP1".utf8))
        writer.u32(0)
        writer.u32(1)
        writer.string("w")
        writer.u8(layout)
        writer.raw(parameters)
        writer.u32(UInt32(count))
        writer.u32(inflated ?? UInt32(body.count))
        writer.u32(stored ?? UInt32(body.count))
        writer.raw(body)
        return writer.bytes
    }

    func unpacked() throws -> [Float] {
        try #require(try Parcel(decoding: encoded, limits: WireLimits()).tensors.first).unpacked()
    }
}
