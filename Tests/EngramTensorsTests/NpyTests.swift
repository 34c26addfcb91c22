// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramTensors
import Testing

@Suite("npy and npz", .timeLimit(.minutes(5)))
struct NpyTests {
    static func npy(_ header: String, _ data: [UInt8], version: UInt8 = 1) -> [UInt8] {
        let text = Array(header.utf8)
        let length = [UInt8(text.count & 0xff), UInt8(text.count >> 8)] + (version > 1 ? [0, 0] : [])
        return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + text + data
    }

    @Test("what is written is read")
    func roundTrip() throws {
        let floats = try Npy(parsing: Npy.serialise(floats: [1, -2.5, 3, 4, 5, 6], shape: [2, 3]))
        #expect(floats.shape == [2, 3])
        #expect(floats.floats() == [1, -2.5, 3, 4, 5, 6])
        #expect(try Npy(parsing: Npy.serialise(integers: [-1, .max], shape: [2])).integers() == [-1, .max])
        #expect(try Npy(parsing: Npy.serialise(octets: [9], shape: [])).floats() == [9])
        #expect(Npy.serialise(octets: [], shape: [0]).count % 64 == 0)
    }

    @Test("reads what numpy writes", arguments: [1, 2, 3] as [UInt8])
    func versions(version: UInt8) throws {
        let file = Self.npy(
            "{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }          \n", [1, 0, 0xff, 0xff], version: version)
        #expect(try Npy(parsing: file).integers() == [1, -1])
        let flags = Self.npy("{'descr': '|b1', 'fortran_order': False, 'shape': (), }\n", [1], version: version)
        #expect(try Npy(parsing: flags).floats() == [1])
    }

    @Test(
        "refuses what it cannot mean",
        arguments: [
            "", "{}", "{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }",
            "{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 9), }",
            "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,), }",
            "{'descr': [('a', '<f4')], 'shape': (1,)}",
            "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), } x",
            "{'descr': '<f4",
        ])
    func hostile(header: String) {
        #expect(throws: TensorError.self) { try Npy(parsing: Self.npy(header, [0, 0, 0, 0])) }
    }

    /// A ZIP archive of one member.
    static func zip(_ name: String, _ content: [UInt8], deflated: Bool, checksum: UInt32? = nil, size: Int? = nil) -> [UInt8] {
        func little(_ value: Int, _ bytes: Int) -> [UInt8] { (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        // A zlib stream is a raw stream between a header of 2 bytes and a checksum of 4.
        let packed = deflated ? Array(Zlib.deflate(content).dropFirst(2).dropLast(4)) : content
        let sum = Int(checksum ?? CRC32.checksum(content))
        let common =
            little(deflated ? 8 : 0, 2) + little(0, 4) + little(sum, 4) + little(packed.count, 4)
            + little(size ?? content.count, 4)
        let text = Array(name.utf8)
        let local =
            little(0x0403_4b50, 4) + little(20, 2) + little(0, 2) + common + little(text.count, 2) + little(0, 2) + text + packed
        let directory =
            little(0x0201_4b50, 4) + little(20, 2) + little(20, 2) + little(0, 2) + common + little(text.count, 2) + little(0, 12)
            + little(0, 4) + text
        let end =
            little(0x0605_4b50, 4) + little(0, 4) + little(1, 2) + little(1, 2) + little(directory.count, 4)
            + little(local.count, 4)
            + little(0, 2)
        return local + directory + end
    }

    @Test("reads stored and deflated members", arguments: [false, true])
    func npz(deflated: Bool) throws {
        let content = Npy.serialise(floats: [Float](repeating: 2, count: 100), shape: [100])
        let archive = try Npz(parsing: Self.zip("x.npy", content, deflated: deflated))
        #expect(archive.arrays.map(\.name) == ["x"])
        #expect(archive["x"]?.floats() == [Float](repeating: 2, count: 100))
        #expect(archive["y"] == nil)
    }

    @Test("refuses wrong checksums, sizes and cut archives", arguments: [false, true])
    func damaged(deflated: Bool) throws {
        let content = Npy.serialise(octets: [1, 2, 3], shape: [3])
        #expect(throws: TensorError.self) { try Npz(parsing: Self.zip("x.npy", content, deflated: deflated, checksum: 1)) }
        for size in [0, content.count - 1, content.count + 1, 0xffff_fffe] {
            #expect(throws: TensorError.self) { try Npz(parsing: Self.zip("x.npy", content, deflated: deflated, size: size)) }
        }
        #expect(throws: TensorError.self) { try Npz(parsing: Self.zip("x.npy", content, deflated: deflated), limit: 50) }
        let whole = Self.zip("x.npy", content, deflated: deflated)
        for count in 0..<whole.count { #expect(throws: TensorError.self) { try Npz(parsing: Array(whole.prefix(count))) } }
    }
}
