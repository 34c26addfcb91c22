// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Testing

@Suite("Generated weights", .timeLimit(.minutes(5)))
struct WeightGeneratorTests {
    private static func random(_ count: Int, _ seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Float(generator.normal()) }
    }

    @Test("at first every embedding gives zeros of the right number", arguments: [(5, 100), (5, 2), (6, 3), (1, 9)])
    func start(outputs: Int, chunk: Int) throws {
        let generator = try WeightGenerator(embedding: 2, hidden: [7], outputs: outputs, chunk: chunk)
        var draws = SeededGenerator(seed: 1)
        let parameters = generator.initial(using: &draws)
        #expect(parameters.count == generator.parameterCount)
        let made = try generator.generate(parameters, [[1, 2], [-1, 0.5], [0, 0]])
        #expect(made == [[Float]](repeating: [Float](repeating: 0, count: outputs), count: 3))
    }

    /// f(φ, v) = Σᵢ ⟨gᵢ, h(vᵢ; φ)⟩ has the gradient that the pullback of g gives: for φ, the chunks' codes and every embedding.
    @Test("the pullback is the gradient", arguments: [100, 2, 3])
    func pullback(chunk: Int) throws {
        let generator = try WeightGenerator(embedding: 2, hidden: [4, 3], outputs: 5, chunk: chunk)
        var parameters = Self.random(generator.parameterCount, 2)
        Kernels.scale(0.7, &parameters)
        let embeddings = (0..<3).map { Self.random(2, UInt64(10 + $0)) }
        let gradients = (0..<3).map { Self.random(5, UInt64(20 + $0)) }
        func value(_ parameters: [Float], _ embeddings: [[Float]]) -> Double {
            guard let made = try? generator.generate(parameters, embeddings) else { return .nan }
            return zip(made, gradients).reduce(0) { $0 + Kernels.dot($1.0, $1.1) }
        }
        let back = try generator.pullback(parameters, embeddings, gradients: gradients)
        expectSlopes(of: { value($0, embeddings) }, at: parameters, are: back.parameters)
        let flat = embeddings.flatMap { $0 }
        expectSlopes(
            of: { moved in value(parameters, (0..<3).map { Array(moved[$0 * 2..<$0 * 2 + 2]) }) }, at: flat,
            are: back.embeddings.flatMap { $0 })
    }

    @Test("many embeddings are worked on in pieces, with the same result")
    func pieces() throws {
        let generator = try WeightGenerator(embedding: 2, hidden: [4], outputs: 5, chunk: 3)
        let parameters = Self.random(generator.parameterCount, 2)
        let embeddings = (0..<150).map { Self.random(2, UInt64($0)) }
        let gradients = (0..<150).map { Self.random(5, UInt64(1000 + $0)) }
        let made = try generator.generate(parameters, embeddings)
        let back = try generator.pullback(parameters, embeddings, gradients: gradients)
        #expect(made.count == 150 && back.embeddings.count == 150)
        #expect(try generator.generate(parameters, [embeddings[149]]) == [made[149]])
        var sum = [Float](repeating: 0, count: parameters.count)
        for i in 0..<150 {
            let one = try generator.pullback(parameters, [embeddings[i]], gradients: [gradients[i]])
            Kernels.axpy(1, one.parameters, into: &sum)
            #expect(Kernels.norm(Kernels.subtract(one.embeddings[0], back.embeddings[i])) < 1e-4)
        }
        #expect(Kernels.norm(Kernels.subtract(sum, back.parameters)) < 1e-4 * Kernels.norm(sum))
    }

    @Test("parameters of another generator, and sizes that make none, are refused")
    func refusals() throws {
        let generator = try WeightGenerator(embedding: 2, hidden: [4], outputs: 5, chunk: 3)
        #expect(throws: LearningError.self) { try generator.generate([1, 2], [[0, 0]]) }
        #expect(throws: LearningError.self) { try WeightGenerator(embedding: 0, hidden: [4], outputs: 5, chunk: 3) }
        #expect(throws: LearningError.self) { try WeightGenerator(embedding: 1, hidden: [4], outputs: 5, chunk: 1) }
        #expect(throws: LearningError.self) { try WeightGenerator(embedding: 1, hidden: [1 << 21], outputs: 5, chunk: 3) }
    }
}
