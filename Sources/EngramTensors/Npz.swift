// SPDX-License-Identifier: Apache-2.0
import EngramBytes

/// The arrays of a numpy .npz archive: a ZIP file of .npy members, stored or deflated.
package struct Npz: Sendable {
    /// No more inflated bytes are accepted from one archive.
    package static let inflatedLimit = 4 << 30

    /// In the order of the archive's directory; names without `.npy`.
    package let arrays: [(name: String, array: Npy)]

    package subscript(name: String) -> Npy? { arrays.first { $0.name == name }?.array }

    /// Throws `malformed` with the reason; every member's CRC is checked.
    package init(parsing file: [UInt8], limit: Int = Npz.inflatedLimit) throws(TensorError) {
        let end = try Self.directoryEnd(file)
        let members = try Self.number(file, end + 10, 2)
        var at = try Self.number(file, end + 16, 4)
        var left = limit
        var arrays: [(name: String, array: Npy)] = []
        var names: Set<String> = []
        for _ in 0..<members {
            if try Self.number(file, at, 4) != 0x0201_4b50 { throw Self.malformed("its directory is damaged") }
            let flags = try Self.number(file, at + 8, 2)
            let method = try Self.number(file, at + 10, 2)
            let checksum = try Self.number(file, at + 16, 4)
            let packed = try Self.number(file, at + 20, 4)
            let size = try Self.number(file, at + 24, 4)
            let nameLength = try Self.number(file, at + 28, 2)
            let extraLength = try Self.number(file, at + 30, 2)
            let commentLength = try Self.number(file, at + 32, 2)
            let header = try Self.number(file, at + 42, 4)
            let rawName = try Self.slice(file, at + 46, nameLength)
            guard var name = String(validating: rawName, as: UTF8.self) else { throw Self.malformed("a name is not text") }
            at += 46 + nameLength + extraLength + commentLength
            if flags & 1 != 0 { throw Self.malformed("“\(name)” is encrypted") }
            if packed == 0xffff_ffff || size == 0xffff_ffff { throw Self.malformed("“\(name)” is larger than 4 GB") }
            if size > left { throw Self.malformed("its members inflate to more than \(limit) bytes") }
            left -= size
            if try Self.number(file, header, 4) != 0x0403_4b50 { throw Self.malformed("“\(name)” does not begin where stated") }
            let start = header + 30 + (try Self.number(file, header + 26, 2)) + (try Self.number(file, header + 28, 2))
            let content = try Self.content(try Self.slice(file, start, packed), method: method, size: size, name: name)
            if Int(CRC32.checksum(content)) != checksum { throw Self.malformed("the checksum of “\(name)” is wrong") }
            if name.hasSuffix(".npy") { name.removeLast(4) }
            if !names.insert(name).inserted { throw Self.malformed("it has two members “\(name)”") }
            arrays.append((name, try Npy(parsing: content)))
        }
        self.arrays = arrays
    }

    private static func content(
        _ bytes: ArraySlice<UInt8>, method: Int, size: Int, name: String
    ) throws(TensorError) -> ArraySlice<UInt8> {
        switch method {
        case 0:
            if bytes.count != size { throw malformed("“\(name)” is stored with the wrong size") }
            return bytes
        case 8:
            let inflated: [UInt8]
            do throws(BytesError) {
                inflated = try Zlib.inflate(bytes, format: .raw, limit: size)
            } catch {
                throw malformed("“\(name)” cannot be inflated: \(error)")
            }
            if inflated.count != size { throw malformed("“\(name)” inflates to \(inflated.count) bytes, \(size) were stated") }
            return inflated[...]
        default: throw malformed("“\(name)” uses the unknown compression method \(method)")
        }
    }

    /// The record that ends a ZIP file lies within its last 64 KiB, before a comment of any length.
    private static func directoryEnd(_ file: [UInt8]) throws(TensorError) -> Int {
        var at = file.count - 22
        let first = max(0, at - 0xffff)
        while at >= first {
            if file[at] == 0x50, try number(file, at, 4) == 0x0605_4b50 { return at }
            at -= 1
        }
        throw malformed("it does not end as a ZIP file")
    }

    private static func number(_ file: [UInt8], _ at: Int, _ size: Int) throws(TensorError) -> Int {
        var value = 0
        for (i, byte) in try slice(file, at, size).enumerated() { value |= Int(byte) << (8 * i) }
        return value
    }

    private static func slice(_ file: [UInt8], _ at: Int, _ size: Int) throws(TensorError) -> ArraySlice<UInt8> {
        if at < 0 || at > file.count || size > file.count - at { throw malformed("it ends within a member") }
        return file[at..<at + size]
    }

    private static func malformed(_ reason: String) -> TensorError { .malformed(format: "npz", reason: reason) }
}
