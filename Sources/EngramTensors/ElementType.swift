// SPDX-License-Identifier: Apache-2.0
import CKernels

/// The element types of stored tensors; the raw value is the name in safetensors files.
package enum ElementType: String, Sendable, Codable, CaseIterable {
    case f32 = "F32"
    case f16 = "F16"
    case f64 = "F64"
    case u8 = "U8"
    case i8 = "I8"
    case i16 = "I16"
    case i32 = "I32"
    case i64 = "I64"

    /// Bytes of one element.
    package var size: Int {
        switch self {
        case .u8, .i8: 1
        case .f16, .i16: 2
        case .f32, .i32: 4
        case .f64, .i64: 8
        }
    }

    package var isInteger: Bool {
        switch self {
        case .u8, .i8, .i16, .i32, .i64: true
        case .f16, .f32, .f64: false
        }
    }

    /// Little-endian elements as floats; what does not fit a Float32 exactly is rounded.
    func floats(_ bytes: ArraySlice<UInt8>) -> [Float] {
        let count = bytes.count / size
        if count == 0 { return [] }
        switch self {
        case .f32, .f16, .u8:
            return unsafe [Float](unsafeUninitializedCapacity: max(1, count)) { buffer, made in
                unsafe bytes.withUnsafeBufferPointer { source in
                    guard let from = source.baseAddress, let to = buffer.baseAddress else { return }
                    switch self {
                    case .f16: unsafe ek_half_to_float(count, from, to)
                    case .u8: unsafe ek_bytes_to_float(count, from, 1, 0, to)
                    default: unsafe UnsafeMutableRawPointer(to).copyMemory(from: from, byteCount: count * 4)
                    }
                }
                made = count
            }
        case .f64: return doubles(bytes).map { Float($0) }
        case .i8, .i16, .i32, .i64: return integers(bytes).map { Float($0) }
        }
    }

    /// Little-endian elements as doubles.
    func doubles(_ bytes: ArraySlice<UInt8>) -> [Double] {
        switch self {
        case .f64: Self.load(bytes, as: UInt64.self).map { Double(bitPattern: $0) }
        case .f32, .f16: floats(bytes).map { Double($0) }
        default: integers(bytes).map { Double($0) }
        }
    }

    /// Little-endian integer elements; empty for the floating types.
    func integers(_ bytes: ArraySlice<UInt8>) -> [Int64] {
        switch self {
        case .u8: bytes.map { Int64($0) }
        case .i8: bytes.map { Int64(Int8(bitPattern: $0)) }
        case .i16: Self.load(bytes, as: Int16.self).map { Int64($0) }
        case .i32: Self.load(bytes, as: Int32.self).map { Int64($0) }
        case .i64: Self.load(bytes, as: Int64.self)
        case .f16, .f32, .f64: []
        }
    }

    /// The little-endian bytes of floats, as F32.
    static func bytes(of floats: ArraySlice<Float>) -> [UInt8] {
        // Every supported platform is little-endian.
        unsafe floats.withUnsafeBytes { unsafe [UInt8]($0) }
    }

    private static func load<T: FixedWidthInteger & BitwiseCopyable>(_ bytes: ArraySlice<UInt8>, as type: T.Type) -> [T] {
        let size = MemoryLayout<T>.size
        return unsafe bytes.withUnsafeBytes { raw in
            (0..<raw.count / size).map { unsafe T(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * size, as: T.self)) }
        }
    }
}
