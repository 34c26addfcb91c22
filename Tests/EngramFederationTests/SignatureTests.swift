// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Foundation
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct SignatureTests {
    private func vector(_ n: Int, _ label: String) -> [Float] {
        var generator = SeededGenerator(seed: 1, label)
        return (0..<n).map { _ in Float(generator.normal()) }
    }

    @Test func comesBackFromJSONBitByBit() throws {
        let signature = Signature(vector(65, "a") + [0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude])
        let data = try JSONEncoder.stable.encode(signature)
        let back = try JSONDecoder().decode(Signature.self, from: data)
        #expect(back.values.map(\.bitPattern) == signature.values.map(\.bitPattern))
        #expect(try JSONDecoder().decode(Signature.self, from: Data("\"\"".utf8)).values.isEmpty)
        for text in ["\"AAA\"", "\"AAAAAA==\"".replacing("==", with: ""), "3", "\"!!\""] {
            #expect(throws: DecodingError.self) { try JSONDecoder().decode(Signature.self, from: Data(text.utf8)) }
        }
    }

    @Test func projectionKeepsCosines() {
        let a = vector(5000, "a"), b = vector(5000, "b")
        var near = a
        Kernels.axpy(0.5, b, into: &near)
        let size = 1024
        func sign(_ v: [Float]) -> Signature { Signature(update: v, size: size, seed: 9) }
        func cosine(_ x: [Float], _ y: [Float]) -> Double { Kernels.dot(x, y) / (Kernels.norm(x) * Kernels.norm(y)) }
        #expect(abs(sign(a).cosine(sign(b)) - cosine(a, b)) < 0.13)
        #expect(abs(sign(a).cosine(sign(near)) - cosine(a, near)) < 0.13)
        #expect(abs(sign(a).cosine(sign(a.map { -3 * $0 })) + 1) < 1e-5)
        #expect(sign(a) == sign(a))
        #expect(sign(a) != Signature(update: a, size: size, seed: 10))
    }

    @Test(arguments: [0, 1e-42, 1e-33, 3e38]) func extremeUpdatesGiveFiniteSignatures(scale: Double) {
        let signature = Signature(update: [Float](repeating: Float(scale), count: 100), size: 64, seed: 1)
        #expect(Kernels.isFinite(signature.values))
        #expect(Kernels.norm(signature.values) <= Signature.maximumNorm)
    }

    @Test func cosineIsNeverNaN() {
        let zero = Signature([0, 0]), one = Signature([1, 0]), huge = Signature([.infinity, .nan])
        #expect(zero.cosine(one) == 0)
        #expect(one.cosine(huge) == 0)
        #expect(one.cosine(Signature([1, 0, 0])) == 0)
        #expect(Signature.centroid(of: []) == nil)
    }

    @Test func memoryFades() {
        var signature = Signature([1, 0])
        signature.absorb(Signature([0, 1]), memory: 0.5)
        #expect(signature.values == [0.5, 1])
        signature.absorb(Signature([1, 1, 1]), memory: 0.5)
        #expect(signature.values == [1, 1, 1])
    }

    @Test func centroidWeighsDirectionsAlike() throws {
        let centre = try #require(Signature.centroid(of: [Signature([10, 0]), Signature([0, 0.1]), Signature([0, 0])]))
        #expect(abs(centre.cosine(Signature([1, 1])) - 1) < 1e-6)
    }

    @Test func kMeansFindsPlantedDirections() {
        var generator = SeededGenerator(seed: 2)
        let items = (0..<30).map { i in
            Signature((0..<8).map { j in Float((j == i % 3 ? 3.0 : 0) + 0.3 * generator.normal()) })
        }
        var draws = SeededGenerator(seed: 3)
        let groups = KMeans(items, count: 3, restarts: 1, using: &draws).groups
        for i in items.indices { for j in items.indices { #expect((groups[i] == groups[j]) == (i % 3 == j % 3)) } }
        #expect(KMeans([], count: 3, restarts: 2, using: &draws).groups.isEmpty)
        #expect(KMeans([items[0], items[0]], count: 5, restarts: 2, using: &draws).groups == [0, 0])
        #expect(KMeans(items, count: 1, restarts: 2, using: &draws).groups == [Int](repeating: 0, count: 30))
        let zeros = [Signature([0, 0]), Signature([0, 0])]
        #expect(KMeans(zeros, count: 2, restarts: 2, using: &draws).groups.allSatisfy { $0 < 2 })
    }
}
