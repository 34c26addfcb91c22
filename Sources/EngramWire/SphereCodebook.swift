// SPDX-License-Identifier: Apache-2.0
import CKernels

/// The codewords of hypersphere quantisation (HSQ, Dai et al. 2019): 2^bits unit vectors of `segment` numbers, the same for everybody.
///
/// Half of them are random orthonormal bases, one after the other, made from the segment's size alone; the other half are their negatives. A
/// segment v is sent as the codeword c of largest ⟨v, c⟩, which is the nearest on the sphere, and the length ⟨v, c⟩, which leaves the
/// smallest error: ‖v‖² (1 − cos²). As the codewords hold a whole basis, cos² ≥ 1/segment whatever v is.
///
/// The paper's codewords come from k-means over random vectors, and its authors' code takes the largest coefficient of the pseudo-inverse
/// instead of the nearest; both leave directions that are never sent, which error feedback cannot repair. For as many codewords as numbers
/// they take an orthonormal basis too.
struct SphereCodebook {
    static let segments = 2...Int(ENGRAM_CODEC_SEGMENT)
    static let bits = 2...12

    private let segment: UInt32
    private let bits: UInt32
    /// [segment, 2^(bits − 1)]
    private let directions: [Float]

    /// `segment` and `bits` must be such that `ValueFormat.hsq` has no objection.
    init(segment: Int, bits: Int) {
        precondition(
            Self.segments.contains(segment) && Self.bits.contains(bits), "a codebook that ValueFormat would have refused")
        self.segment = UInt32(segment)
        self.bits = UInt32(bits)
        let count = 1 << (bits - 1)
        directions = unsafe [Float](unsafeUninitializedCapacity: segment * count) { buffer, initialized in
            if let base = buffer.baseAddress { unsafe engram_codec_sphere(UInt32(segment), UInt32(count), base) }
            initialized = segment * count
        }
    }

    /// Writes the values to `bytes`, which has the size that the format's formula gives. In O(count · 2^bits).
    func write(_ values: [Float], to bytes: UnsafeMutablePointer<UInt8>) {
        var lengths = [Float](repeating: 0, count: (values.count + Int(segment) - 1) / Int(segment))
        unsafe engram_codec_put_hsq(values, values.count, segment, bits, directions, &lengths, bytes)
    }

    /// Reads `count` values from `size` bytes of that formula; a status of the codec's C part.
    func read(_ bytes: UnsafePointer<UInt8>, size: Int, count: Int, into values: UnsafeMutablePointer<Float>) -> Int32 {
        unsafe engram_codec_get_hsq(bytes, size, count, segment, bits, directions, values)
    }
}
