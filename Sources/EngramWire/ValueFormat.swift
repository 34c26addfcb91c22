// SPDX-License-Identifier: Apache-2.0
import CKernels

/// How single values are written; the number is that of the packed tensor's layout byte.
package enum ValueFormat: UInt8, Sendable, CaseIterable {
    case float32 = 0
    case float16 = 1
    case int8 = 2

    private static let block = Int(ENGRAM_CODEC_BLOCK)

    /// The size of `count` written values; `count` is at most `PackedTensor.maxValues`.
    func bytes(for count: Int) -> Int {
        switch self {
        case .float32: 4 * count
        case .float16: 2 * count
        case .int8: count + 4 * ((count + Self.block - 1) / Self.block)
        }
    }

    func encoded(_ values: [Float]) -> [UInt8] {
        let size = bytes(for: values.count)
        return unsafe [UInt8](unsafeUninitializedCapacity: max(1, size)) { buffer, initialized in
            if let base = buffer.baseAddress {
                switch self {
                case .float32: unsafe engram_codec_put_float32(values, values.count, base)
                case .float16: unsafe engram_codec_put_float16(values, values.count, base)
                case .int8: unsafe engram_codec_put_int8(values, values.count, base)
                }
            }
            initialized = size
        }
    }

    /// The values that `bytes` stand for; nil when one is not finite or no value of the format at all.
    func decoded(_ bytes: ArraySlice<UInt8>, count: Int) -> [Float]? {
        guard bytes.count == self.bytes(for: count) else { return nil }
        var status: Int32 = 0
        let values = unsafe [Float](unsafeUninitializedCapacity: max(1, count)) { buffer, initialized in
            unsafe bytes.withUnsafeBufferPointer { input in
                guard let source = input.baseAddress, let target = buffer.baseAddress else { return }
                switch self {
                case .float32: status = unsafe engram_codec_get_float32(source, count, target)
                case .float16: status = unsafe engram_codec_get_float16(source, count, target)
                case .int8:
                    // A refused block leaves the rest unwritten.
                    unsafe target.update(repeating: 0, count: count)
                    status = unsafe engram_codec_get_int8(source, count, target)
                }
                initialized = count
            }
        }
        return status == 0 && values.count == count ? values : nil
    }
}
