// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// The directions along which an agent's features lie, class by class: what PACFL (Vahidian et al. 2023) sends once before
/// training, for the coordinator to compare agents by the angles between their subspaces.
///
/// For each class the p first left singular vectors of the d × n_c matrix of its features, raw and not centred as in the paper,
/// so that the first one is close to the direction of the class mean.
package struct FeatureSubspaces: Equatable, Sendable {
    package let dimension: Int
    /// p: how many directions a class has at most; it has fewer when its rows span fewer.
    package let perClass: Int
    /// For each class an orthonormal list, one direction a row; empty for an absent class.
    package let bases: [Matrix]
    /// An orthonormal basis of what all classes span together.
    package let span: Matrix

    /// The subspaces of some rows' classes, the labels being in 0..<classes; scores, and one class, put all rows together.
    ///
    /// Throws `badData` when the features' scale defies computation.
    package init(_ data: Dataset, rows: [Int], classes: Int, perClass: Int) throws(LearningError) {
        precondition(classes > 0 && perClass > 0, "subspaces need a class and a direction")
        let labels = data.classes
        var groups = [[Int]](repeating: [], count: classes)
        for row in rows {
            let label = classes > 1 && !labels.isEmpty ? Int(labels[row]) : 0
            if groups.indices.contains(label) { groups[label].append(row) }
        }
        var bases: [Matrix] = []
        do throws(AlgebraError) {
            for group in groups {
                let left = try ThinSVD(data.matrix(rows: group).transposed).left
                bases.append(left.selecting(rows: 0..<min(perClass, left.rows)))
            }
        } catch {
            throw LearningError(error)
        }
        try self.init(dimension: data.dimension, perClass: perClass, bases: bases)
    }

    /// For orthonormal bases of at most `perClass` rows.
    init(dimension: Int, perClass: Int, bases: [Matrix]) throws(LearningError) {
        self.dimension = dimension
        self.perClass = perClass
        self.bases = bases
        do throws(AlgebraError) {
            let all = Matrix(rows: bases.reduce(0) { $0 + $1.rows }, columns: dimension, values: bases.flatMap(\.values))
            span = try Orthonormal.basis(of: all, tolerance: Self.newness)
        } catch {
            throw LearningError(error)
        }
    }

    /// A direction counts as new when this much of it is: Float32's rounding then turns what is new by some 10⁻⁴ at most.
    static let newness = 1e-3
}
