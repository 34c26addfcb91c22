// SPDX-License-Identifier: Apache-2.0
import EngramTensors

extension FeatureMoments {
    /// How many Float32 the moments are coded in: 1 + 2 d, or 1 + d + d (d + 1) / 2 with correlations.
    package static func codedCount(dimension: Int, form: Form) -> Int {
        1 + dimension + (form == .full ? dimension * (dimension + 1) / 2 : dimension)
    }

    /// The weight, the mean, and the variances or the rows of the covariance's upper triangle, rounded to Float32. Throws
    /// `badData` for moments beyond its range.
    package func coded() throws(LearningError) -> [Float] {
        var numbers = [weight] + mean
        switch spread {
        case .diagonal(let variances): numbers += variances
        case .full(let matrix): for i in 0..<dimension { numbers += matrix.row(i).dropFirst(i) }
        }
        let coded = Kernels.narrow(numbers)
        if !Kernels.isFinite(coded) { throw .badData("the features' moments are too large to be sent: scale the features") }
        return coded
    }

    /// Reads what `coded` wrote. Throws `badData` unless the size is right, all numbers are finite, weight and variances are not
    /// negative, and no covariance is larger than its variances allow.
    package init(coded: [Float], dimension: Int, form: Form) throws(LearningError) {
        if coded.count != Self.codedCount(dimension: dimension, form: form) {
            throw .badData("\(coded.count) numbers are not the \(form.rawValue) moments of \(dimension) features")
        }
        if !Kernels.isFinite(coded) { throw .badData("received moments hold numbers that are not finite") }
        let numbers = coded.map { Double($0) }
        let mean = Array(numbers[1...dimension])
        let rest = numbers[(dimension + 1)...]
        let spread: Spread
        switch form {
        case .diagonal: spread = .diagonal(Array(rest))
        case .full:
            var matrix = Matrix(zeros: dimension, dimension)
            var next = rest.startIndex
            for i in 0..<dimension {
                for j in i..<dimension {
                    matrix[i, j] = rest[next]
                    matrix[j, i] = rest[next]
                    next += 1
                }
            }
            spread = .full(matrix)
        }
        self.init(weight: numbers[0], mean: mean, spread: spread)
        if weight < 0 || variances.contains(where: { $0 < 0 }) {
            throw .badData("received moments hold a negative variance or weight")
        }
        if case .full(let matrix) = spread {
            let deviations = variances.map { $0.squareRoot() }
            for i in 0..<dimension {
                for j in 0..<i where abs(matrix[i, j]) > deviations[i] * deviations[j] * (1 + 1e-5) + 1e-30 {
                    throw .badData("the received covariance of features \(j) and \(i) is larger than their variances allow")
                }
            }
        }
    }
}
