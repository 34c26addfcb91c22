// SPDX-License-Identifier: Apache-2.0
import EngramTensors

extension RidgeStatistics {
    /// How many Float32 the statistics of a shape are coded in: (d + 1)(d + 2) + 2 (d + 1) outputs + 2.
    package static func codedCount(dimension: Int, outputs: Int) -> Int {
        let n = dimension + 1
        return 2 * (n * (n + 1) / 2 + n * outputs + 1)
    }

    /// Counts from outside are below this, so that no sum over agents can overflow.
    private static let countLimit = 0x1p40

    /// The count, the rows of the upper triangle and the cross products as pairs of Float32 (`FloatPairs`): a tensor of fixed
    /// size.
    ///
    /// The features' sums can be read from it, and with few rows the rows themselves: it is as private as the data. Decode
    /// before adding up. Throws `badData` for sums beyond Float32's range.
    package func coded() throws(LearningError) -> [Float] {
        let n = dimension + 1
        var numbers = [Double(count)]
        for i in 0..<n { numbers += gram[i * n + i..<(i + 1) * n] }
        do throws(AlgebraError) {
            return try FloatPairs.encode(numbers + cross)
        } catch {
            throw LearningError(error)
        }
    }

    /// Reads what `coded` wrote. Throws `badData` unless the size is right, all numbers are finite, the count is a whole number
    /// in 0..<2⁴⁰, and every product keeps to |⟨x, y⟩| ≤ ‖x‖‖y‖; a sum that is not positive definite nevertheless shows in
    /// `solve`.
    package init(coded: [Float], dimension: Int, outputs: Int) throws(LearningError) {
        if coded.count != Self.codedCount(dimension: dimension, outputs: outputs) {
            throw .badData("\(coded.count) numbers are not the ridge statistics of \(dimension) features and \(outputs) outputs")
        }
        var numbers: [Double]
        do throws(AlgebraError) {
            numbers = try FloatPairs.decode(coded)
        } catch {
            throw LearningError(error)
        }
        let count = numbers.removeFirst()
        if count.rounded() != count || !(0..<Self.countLimit).contains(count) {
            throw .badData("ridge statistics of \(count) rows are not possible")
        }
        let n = dimension + 1
        var gram = [Double](repeating: 0, count: n * n)
        var start = 0
        for i in 0..<n {
            gram.replaceSubrange(i * n + i..<(i + 1) * n, with: numbers[start..<start + n - i])
            start += n - i
        }
        let lengths = (0..<n).map { gram[$0 * n + $0].squareRoot() }
        for i in 0..<n {
            let bound = lengths[i] * (1 + 1e-6)
            for j in i..<n where !(abs(gram[i * n + j]) <= bound * lengths[j] + 1e-30) {
                throw .badData("ridge statistics break ⟨x, y⟩ ≤ ‖x‖‖y‖ in features \(i) and \(j): they are no sums over rows")
            }
        }
        self.init(
            dimension: dimension, outputs: outputs, count: Int(count), gram: gram, cross: Array(numbers[start...]))
    }
}
