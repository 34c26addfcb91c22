// SPDX-License-Identifier: Apache-2.0
import CKernels

/// The places of the values that travel, in ascending order.
struct SparseIndices: Equatable {
    let places: [UInt32]

    /// The `kept` values of largest magnitude; of equal ones those with the lower index.
    init(largest kept: Int, of values: [Float]) {
        var places = [UInt32](repeating: 0, count: kept)
        let status = unsafe engram_codec_top_k(values, values.count, kept, &places)
        precondition(status == 0, "no memory to select the largest values")
        self.places = places
    }

    /// `kept` of `count` places, every choice being equally likely: the same for a seed on every machine.
    ///
    /// Selection sampling (Fan, Muller & Rezucha 1962; Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S): linear in
    /// `count`.
    init(drawing kept: Int, of count: Int, seed: UInt64) {
        var places = [UInt32](repeating: 0, count: kept)
        unsafe engram_codec_choose(seed, count, kept, &places)
        self.places = places
    }

    /// Reads what `bytes` gives; nil unless these are just `kept` ascending places below `count`. There is one byte at least for each.
    init?(reading bytes: ArraySlice<UInt8>, kept: Int, below count: Int) {
        guard bytes.count >= kept else { return nil }
        var places = [UInt32](repeating: 0, count: kept)
        let status = unsafe bytes.withUnsafeBufferPointer { input in
            unsafe engram_codec_get_indices(input.baseAddress, input.count, kept, count, &places)
        }
        guard status == 0 else { return nil }
        self.places = places
    }

    /// The gaps between the places, in LEB128.
    var bytes: ArraySlice<UInt8> {
        var bytes = [UInt8](repeating: 0, count: 5 * places.count)
        let size = unsafe engram_codec_put_indices(places, places.count, &bytes)
        return bytes[..<size]
    }

    /// The values at these places.
    func gather(_ values: [Float]) -> [Float] {
        var kept = [Float](repeating: 0, count: places.count)
        unsafe engram_codec_gather(values, places, places.count, &kept)
        return kept
    }

    /// `count` values: those that were kept at their places, 0 elsewhere.
    func scatter(_ kept: [Float], count: Int) -> [Float] {
        precondition(kept.count == places.count, "as many values as places")
        var values = [Float](repeating: 0, count: count)
        unsafe engram_codec_scatter(kept, places, places.count, &values)
        return values
    }
}
