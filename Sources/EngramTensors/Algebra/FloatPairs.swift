// SPDX-License-Identifier: Apache-2.0

/// Float64 numbers as pairs of Float32, the rounded number and what rounding left: 48 bits, for tensors that carry Float32 only.
///
/// Pairs must be decoded before they are added or averaged, and travel uncoded by lossy codecs: what is done to the high half is
/// otherwise larger than the low half.
package enum FloatPairs {
    /// [high, low, high, low, …]; the error is at most 2⁻⁴⁸ of a number of normal size. Throws `notFinite` for what Float32
    /// cannot hold.
    package static func encode(_ values: [Double]) throws(AlgebraError) -> [Float] {
        var pairs: [Float] = []
        pairs.reserveCapacity(2 * values.count)
        for value in values {
            let high = Float(value)
            if !high.isFinite { throw .notFinite("a list to be sent as Float32") }
            pairs.append(high)
            pairs.append(Float(value - Double(high)))
        }
        return pairs
    }

    /// Throws `notFinite` unless every half is finite; an odd number of halves is a bug of the caller, who checks sizes.
    package static func decode(_ pairs: some RandomAccessCollection<Float>) throws(AlgebraError) -> [Double] {
        precondition(pairs.count.isMultiple(of: 2), "pairs come in twos")
        var values: [Double] = []
        values.reserveCapacity(pairs.count / 2)
        var high: Float?
        for half in pairs {
            if !half.isFinite { throw .notFinite("a received list") }
            if let first = high {
                values.append(Double(first) + Double(half))
                high = nil
            } else {
                high = half
            }
        }
        return values
    }
}
