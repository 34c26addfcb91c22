// SPDX-License-Identifier: Apache-2.0
import EngramTensors

/// The inner products of all pairs of n vectors, in Float64: n² numbers from which distances and angles follow.
package struct Gram: Sendable {
    package let count: Int
    private var products: [Double]

    /// Of n vectors without coordinates; `add` gives them some.
    init(count: Int) {
        self.count = count
        products = [Double](repeating: 0, count: count * count)
    }

    init(_ vectors: [[Float]]) {
        self.init(count: vectors.count)
        add(vectors)
    }

    /// Adds more coordinates, the same ones of every vector.
    mutating func add(_ slices: [[Float]]) {
        for i in 0..<count {
            for j in 0...i {
                let product = Kernels.dot(slices[i], slices[j])
                products[i * count + j] += product
                if i != j { products[j * count + i] += product }
            }
        }
    }

    /// ⟨xᵢ, xⱼ⟩.
    package subscript(i: Int, j: Int) -> Double { products[i * count + j] }

    /// ‖xᵢ‖.
    package func norm(_ i: Int) -> Double { self[i, i].squareRoot() }

    /// ‖xᵢ − xⱼ‖², which cancellation does not take below zero.
    package func squaredDistance(_ i: Int, _ j: Int) -> Double { max(0, self[i, i] + self[j, j] - 2 * self[i, j]) }

    /// The cosine of the angle between two vectors; 0 if either is zero.
    package func cosine(_ i: Int, _ j: Int) -> Double {
        let scale = norm(i) * norm(j)
        return scale > 0 ? max(-1, min(1, self[i, j] / scale)) : 0
    }
}
