// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Foundation
import Testing

@Suite("Subspaces of features", .timeLimit(.minutes(5)))
struct FeatureSubspacesTests {
    /// Class c lies along axis c (turned by `degrees` towards axis c + 4), with a little of axis c + 8 and noise.
    static func data(degrees: Double = 0, noise: Double = 0, classes: [Int] = [0, 1, 2], seed: UInt64 = 1) throws -> Dataset {
        var generator = SeededGenerator(seed: seed, "subspaces")
        var (x, y): ([Float], [Int32]) = ([], [])
        for c in classes {
            for _ in 0..<20 {
                var row = (0..<12).map { _ in noise * generator.normal() }
                let length = 3 + generator.normal()
                row[c] += length * cos(degrees * .pi / 180)
                row[c + 4] += length * sin(degrees * .pi / 180)
                row[c + 8] += 0.1 * generator.normal()
                x += row.map { Float($0) }
                y.append(Int32(c))
            }
        }
        return try Dataset(features: .float32(x), dimension: 12, targets: .classes(y))
    }

    static func subspaces(_ data: Dataset, classes: Int = 4, perClass: Int = 2) throws -> FeatureSubspaces {
        try FeatureSubspaces(data, rows: Array(0..<data.count), classes: classes, perClass: perClass)
    }

    @Test("directions are the leading ones of each class, raw and not centred; absent classes have none")
    func directions() throws {
        let found = try Self.subspaces(try Self.data())
        #expect(found.bases.map(\.rows) == [2, 2, 2, 0])
        #expect(found.span.rows == 6)
        for c in 0..<3 {
            #expect(abs(found.bases[c][0, c] - 1) < 1e-3)
            #expect(abs(abs(found.bases[c][1, c + 8]) - 1) < 1e-3)
        }
        // Two rows span two directions at most; scores are one class.
        let few = try FeatureSubspaces(try Self.data(noise: 1), rows: [0, 1], classes: 4, perClass: 5)
        #expect(few.bases.map(\.rows) == [2, 0, 0, 0])
        let scores = try Dataset(features: .float32([3, 0, 0, 4]), dimension: 2, targets: .scores([1, 2]))
        #expect(try FeatureSubspaces(scores, rows: [1], classes: 1, perClass: 1).bases[0].values == [0, 1])
    }

    @Test("the dissimilarity is the planted angle; the code's entrywise angle is another")
    func angles() throws {
        let (a, b) = (
            try Self.subspaces(try Self.data(), perClass: 1), try Self.subspaces(try Self.data(degrees: 25), perClass: 1)
        )
        #expect(abs(try a.dissimilarity(to: b, by: .smallest) - 25) < 0.3)
        #expect(abs(try a.dissimilarity(to: b, by: .sum) - 75) < 1)
        #expect(try a.dissimilarity(to: a, by: .sum) < 1e-9)
        // Two bases of one plane, 45° apart: every entry of UᵀV says 45°, the planes are the same.
        let r = 0.5.squareRoot()
        let axes = try FeatureSubspaces(coded: [1, 0, 0, 0, 1, 0], dimension: 3, classes: 1, perClass: 2)
        let turned = try FeatureSubspaces(coded: [r, r, 0, -r, r, 0].map { Float($0) }, dimension: 3, classes: 1, perClass: 2)
        #expect(try axes.dissimilarity(to: turned, by: .sum) < 1e-6)
    }

    @Test("a table for the coordinator: two planted groups fall apart, missing dimensions count 90°")
    func table() throws {
        let agents = try [0.0, 0, 40, 40].enumerated().map { i, degrees in
            try Self.subspaces(try Self.data(degrees: degrees, noise: 0.02, seed: UInt64(i)), perClass: 1)
        }
        for measure in FeatureSubspaces.Measure.allCases {
            let table = try FeatureSubspaces.dissimilarities(of: agents, by: measure)
            for i in 0..<4 {
                #expect(table[i][i] == 0)
                for j in 0..<4 where i != j {
                    #expect(table[i][j] == table[j][i])
                    #expect((table[i][j] < 10) == (i / 2 == j / 2))
                }
            }
        }
        let two = try Self.subspaces(try Self.data(classes: [0, 1]), perClass: 1)
        let three = try Self.subspaces(try Self.data(), perClass: 1)
        #expect(abs(try two.dissimilarity(to: three, by: .sum) - 90) < 1)
        let nobody = try FeatureSubspaces(try Self.data(), rows: [], classes: 4, perClass: 1)
        #expect(try nobody.dissimilarity(to: three, by: .smallest) == 90)
        #expect(try nobody.dissimilarity(to: three, by: .sum) == 270)
        let other = try FeatureSubspaces(coded: [1, 0], dimension: 2, classes: 1, perClass: 1)
        #expect(throws: LearningError.self) { try other.dissimilarity(to: three, by: .sum) }
    }

    @Test("a tensor of fixed size and back")
    func coding() throws {
        let found = try Self.subspaces(try Self.data(noise: 0.1))
        let coded = found.coded
        #expect(coded.count == 4 * 2 * 12 && coded.count == FeatureSubspaces.codedCount(dimension: 12, classes: 4, perClass: 2))
        #expect(coded[72...].allSatisfy { $0 == 0 })
        let decoded = try FeatureSubspaces(coded: coded, dimension: 12, classes: 4, perClass: 2)
        #expect(decoded.bases.map(\.rows) == found.bases.map(\.rows))
        #expect(try decoded.dissimilarity(to: found, by: .sum) < 1e-3)
        let products = decoded.span * decoded.span.transposed
        for i in 0..<6 { for j in 0..<6 { #expect(abs(products[i, j] - (i == j ? 1 : 0)) < 1e-13) } }
        func refused(_ change: (inout [Float]) -> Void) -> Bool {
            var bad = coded
            change(&bad)
            return (try? FeatureSubspaces(coded: bad, dimension: 12, classes: 4, perClass: 2)) == nil
        }
        #expect(!refused { _ in })
        #expect(refused { $0.removeLast() })
        #expect(refused { $0[1] = .nan })
        #expect(refused { $0[72] = 0.5 })
        #expect(refused { $0[84] = 1 })
        #expect(refused { bad in for i in 0..<12 { bad[i] *= 1.01 } })
        #expect(refused { bad in for i in 0..<12 { bad[12 + i] = bad[i] } })
    }
}
