// SPDX-License-Identifier: Apache-2.0

/// An array of numpy's .npy format (NEP 1), versions 1 to 3: little-endian, C order.
package struct Npy: Sendable {
    package let shape: [Int]
    package let type: ElementType
    /// Little-endian elements, row-major.
    package let bytes: ArraySlice<UInt8>

    package init(shape: [Int], type: ElementType, bytes: ArraySlice<UInt8>) {
        self.shape = shape
        self.type = type
        self.bytes = bytes
    }

    package var count: Int { bytes.count / type.size }
    package func floats() -> [Float] { type.floats(bytes) }
    package func doubles() -> [Double] { type.doubles(bytes) }
    /// Throws `wrongType` for a floating array.
    package func integers() throws(TensorError) -> [Int64] {
        if !type.isInteger { throw .wrongType(name: "npy", expected: "an integer type", found: type.rawValue) }
        return type.integers(bytes)
    }

    private static let types: [(code: String, type: ElementType)] = [
        ("<f4", .f32), ("<f2", .f16), ("<f8", .f64), ("|u1", .u8), ("|i1", .i8), ("<i2", .i16), ("<i4", .i32), ("<i8", .i64),
        // A numpy bool is a byte of 0 or 1.
        ("|b1", .u8),
    ]

    package init(parsing file: [UInt8]) throws(TensorError) { try self.init(parsing: file[...]) }

    /// Throws `malformed` with the reason.
    package init(parsing file: ArraySlice<UInt8>) throws(TensorError) {
        let base = file.startIndex
        if file.count < 10 || Array(file.prefix(6)) != [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] {
            throw Self.malformed("it does not begin with \\x93NUMPY")
        }
        let major = file[base + 6]
        if !(1...3).contains(major) { throw Self.malformed("its version is \(major), known are 1 to 3") }
        let lengthBytes = major == 1 ? 2 : 4
        let headerStart = base + 8 + lengthBytes
        if headerStart > file.endIndex { throw Self.malformed("it ends within its header") }
        var length = 0
        for i in 0..<lengthBytes { length |= Int(file[base + 8 + i]) << (8 * i) }
        if length > file.endIndex - headerStart || length > 1 << 16 { throw Self.malformed("its header is too long") }
        let header = try NpyHeader(parsing: file[headerStart..<headerStart + length])
        if header.fortranOrder { throw Self.malformed("it is in Fortran order: save numpy.ascontiguousarray(x)") }
        guard let type = Self.types.first(where: { $0.code == header.descr })?.type else {
            throw .wrongType(name: "npy", expected: Self.types.map(\.code).joined(separator: ", "), found: header.descr)
        }
        let data = file[(headerStart + length)...]
        let (size, overflow) = (TensorSpec.product(header.shape) ?? -1).multipliedReportingOverflow(by: type.size)
        if overflow || size < 0 || size != data.count {
            throw Self.malformed("the shape \(header.shape) does not fit its \(data.count) bytes of data")
        }
        self.init(shape: header.shape, type: type, bytes: data)
    }

    /// A version 1 file of `<f4`.
    package static func serialise(floats: [Float], shape: [Int]) -> [UInt8] {
        serialise(code: "<f4", bytes: ElementType.bytes(of: floats[...]), shape: shape)
    }

    /// A version 1 file of `<i8`.
    package static func serialise(integers: [Int64], shape: [Int]) -> [UInt8] {
        serialise(code: "<i8", bytes: unsafe integers.withUnsafeBytes { unsafe [UInt8]($0) }, shape: shape)
    }

    /// A version 1 file of `|u1`.
    package static func serialise(octets: [UInt8], shape: [Int]) -> [UInt8] {
        serialise(code: "|u1", bytes: octets, shape: shape)
    }

    private static func serialise(code: String, bytes: [UInt8], shape: [Int]) -> [UInt8] {
        let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var header = Array("{'descr': '\(code)', 'fortran_order': False, 'shape': (\(sizes)), }".utf8)
        while (header.count + 11) % 64 != 0 { header.append(0x20) }
        header.append(0x0a)
        return [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, UInt8(header.count & 0xff), UInt8(header.count >> 8)] + header + bytes
    }

    static func malformed(_ reason: String) -> TensorError { .malformed(format: "npy", reason: reason) }
}
