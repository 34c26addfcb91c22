// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct UpdateDistanceTests {
    private let count = 37

    private func vectors(_ n: Int) -> [[Float]] {
        var generator = SeededGenerator(seed: 1, "updates")
        return (0..<n).map { _ in (0..<count).map { _ in Float(generator.normal()) } }
    }

    @Test(arguments: UpdateDistance.allCases, [64 << 20, 100]) func areThoseOfThePairs(distance: UpdateDistance, bytes: Int)
        throws
    {
        let vectors = vectors(5) + [[Float](repeating: 0, count: count)]
        var batch = UpdateBatch(vectors)
        batch.sliceBytes = bytes
        let table = try distance.table(batch, count: count)
        for (i, a) in vectors.enumerated() {
            for (j, b) in vectors.enumerated() where i != j {
                let difference = Kernels.subtract(a, b)
                let scale = Kernels.norm(a) * Kernels.norm(b)
                let expected =
                    switch distance {
                    case .l1: difference.reduce(0) { $0 + Double(abs($1)) }
                    case .l2: Kernels.norm(difference)
                    case .cosine: scale > 0 ? 1 - Kernels.dot(a, b) / scale : 1
                    }
                #expect(abs(table[i][j] - expected) < 1e-5)
            }
            #expect(table[i][i] == 0)
        }
    }

    /// Against the singular vectors of the matrix itself.
    @Test(arguments: [1, 2, 4]) func decomposedCosinesAreThoseWithTheSingularDirections(wanted: Int) throws {
        let vectors = vectors(6)
        let matrix = Matrix(rows: 6, columns: count, values: vectors.flatMap { $0.map { Double($0) } })
        let svd = try ThinSVD(matrix)
        let cosines = try Gram(vectors).decomposedCosines(wanted)
        for i in 0..<6 {
            #expect(cosines[i].count == wanted)
            let norm = matrix.row(i).reduce(0) { $0 + $1 * $1 }.squareRoot()
            for j in 0..<wanted {
                let dot = zip(matrix.row(i), svd.right.row(j)).reduce(0) { $0 + $1.0 * $1.1 }
                // A singular direction has no sign of its own.
                #expect(abs(abs(cosines[i][j]) - abs(dot / norm)) < 1e-6)
            }
        }
        let signs = (0..<wanted).map { j in cosines[0][j] * zip(matrix.row(0), svd.right.row(j)).reduce(0) { $0 + $1.0 * $1.1 } }
        for i in 1..<6 {
            for j in 0..<wanted {
                let dot = zip(matrix.row(i), svd.right.row(j)).reduce(0) { $0 + $1.0 * $1.1 }
                #expect((cosines[i][j] * dot > 0) == (signs[j] > 0))
            }
        }
    }

    @Test func allDirectionsTogetherAreTheWholeVector() throws {
        for row in try Gram(vectors(5)).decomposedCosines(9) {
            #expect(row.count == 5)
            #expect(abs(row.reduce(0) { $0 + $1 * $1 } - 1) < 1e-9)
        }
    }

    @Test func zerosAndCopiesHaveFewerDirections() throws {
        let zero = [Float](repeating: 0, count: count)
        #expect(try Gram([zero, zero]).decomposedCosines(3) == [[], []])
        let one = vectors(1)[0]
        let cosines = try Gram([one, zero, one, one.map { -2 * $0 }]).decomposedCosines(3)
        #expect(cosines.allSatisfy { $0.count == 1 })
        #expect(cosines[1] == [0])
        #expect(abs(cosines[0][0] + cosines[3][0]) < 1e-9 && abs(abs(cosines[2][0]) - 1) < 1e-9)
    }
}
