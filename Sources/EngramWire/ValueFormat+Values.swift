// SPDX-License-Identifier: Apache-2.0
import CKernels

extension ValueFormat {
    /// The written values.
    ///
    /// - Parameters:
    ///   - rounding: decides where `qsgd` rounds up; the others do not look at it.
    ///   - shrinks: `qsgd` writes norms divided by 1 + β, β being the bound of its relative variance: no longer right on average, but a
    ///     contraction, which error feedback needs (Basu et al. 2019).
    func encoded(_ values: [Float], rounding: UInt64, shrinks: Bool) -> [UInt8] {
        let size = bytes(for: values.count)
        return unsafe [UInt8](unsafeUninitializedCapacity: max(1, size)) { buffer, initialized in
            if let base = buffer.baseAddress {
                switch self {
                case .float32: unsafe engram_codec_put_float32(values, values.count, base)
                case .float16: unsafe engram_codec_put_float16(values, values.count, base)
                case .int8: unsafe engram_codec_put_int8(values, values.count, base)
                case .qsgd(let levels):
                    unsafe engram_codec_put_qsgd(values, values.count, UInt32(levels), shrinks ? 1 : 0, rounding, base)
                case .hsq(let segment, let bits): unsafe SphereCodebook(segment: segment, bits: bits).write(values, to: base)
                }
            }
            initialized = size
        }
    }

    /// The values that `bytes` stand for.
    ///
    /// - Throws: `malformed` when they stand for none, `notFinite` when one is a NaN or an infinity.
    func decoded(_ bytes: ArraySlice<UInt8>, count: Int, tensor name: String) throws(WireError) -> [Float] {
        let size = self.bytes(for: count)
        guard bytes.count == size else {
            throw .malformed("tensor \(name) has \(bytes.count) bytes for \(count) values of \(self), not \(size)")
        }
        var status: Int32 = 0
        let values = unsafe [Float](unsafeUninitializedCapacity: max(1, count)) { buffer, initialized in
            unsafe bytes.withUnsafeBufferPointer { input in
                guard let source = input.baseAddress, let target = buffer.baseAddress else { return }
                status =
                    switch self {
                    case .float32: unsafe engram_codec_get_float32(source, count, target)
                    case .float16: unsafe engram_codec_get_float16(source, count, target)
                    case .int8: unsafe engram_codec_get_int8(source, count, target)
                    case .qsgd(let levels): unsafe engram_codec_get_qsgd(source, size, count, UInt32(levels), target)
                    case .hsq(let segment, let bits):
                        unsafe SphereCodebook(segment: segment, bits: bits).read(source, size: size, count: count, into: target)
                    }
                // A refused block leaves the rest unwritten.
                initialized = status == 0 ? count : 0
            }
        }
        if status == ENGRAM_CODEC_NOT_FINITE { throw .notFinite("tensor \(name)") }
        guard status == 0, values.count == count else { throw .malformed("tensor \(name) holds what is no value of \(self)") }
        return values
    }
}
