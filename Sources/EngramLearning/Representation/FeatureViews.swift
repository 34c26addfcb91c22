// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// Random views of feature vectors, as contrastive methods need them where there are features and no images to crop.
///
/// A view is the row, mixed with another of its class (Verma et al. 2021 show why mixtures serve contrast beyond images), plus
/// Gaussian noise scaled to the features' deviations within classes (the diagonal of ISDA, Wang et al. 2019), with features
/// dropped.
package struct FeatureViews: Sendable {
    private let data: Dataset
    /// Each feature's deviation within its class, pooled over classes.
    private let deviations: [Float]
    /// The rows that a row of the class may be mixed with; none for scores, whose mixtures would have another score.
    private let members: ClassMembers

    /// Deviations and partners come from `rows`, the training rows, alone.
    package init(_ data: Dataset, rows: [Int]) {
        self.data = data
        members = ClassMembers(data.classes, rows: rows)
        deviations = Self.deviations(data, rows: rows, members: members)
    }

    /// One view of each row, row-major [rows.count, dimension].
    package func views(of rows: [Int], _ change: Augmentation, using generator: inout SeededGenerator) -> [Float] {
        precondition(change.problem == nil, "an augmentation must be validated before views are made")
        var views = data.floats(rows: rows)
        if change.share < 1, !data.classes.isEmpty { mix(&views, rows, change.share, using: &generator) }
        let width = data.dimension
        let kept = Float(1 / (1 - change.dropout))
        for i in views.indices {
            if change.noise > 0 { views[i] += Float(change.noise * generator.normal()) * deviations[i % width] }
            if change.dropout > 0 { views[i] = generator.uniform() < change.dropout ? 0 : views[i] * kept }
        }
        return views
    }

    private func mix(_ views: inout [Float], _ rows: [Int], _ least: Double, using generator: inout SeededGenerator) {
        let width = data.dimension
        let partners = rows.map { row in
            let same = members.rows(of: data.classes[row])
            return same.isEmpty ? row : same[generator.below(same.count)]
        }
        let others = data.floats(rows: partners)
        for i in rows.indices {
            let share = Float(least + (1 - least) * generator.uniform())
            for j in i * width..<(i + 1) * width { views[j] = share * views[j] + (1 - share) * others[j] }
        }
    }

    private static func deviations(_ data: Dataset, rows: [Int], members: ClassMembers) -> [Float] {
        let width = data.dimension
        let groups = data.classes.isEmpty ? [rows] : members.groups
        var squares = [Double](repeating: 0, count: width)
        for group in groups {
            let parts = stride(from: 0, to: group.count, by: 256).map { Array(group[$0..<min($0 + 256, group.count)]) }
            var prototype = Prototypes(keys: 1, width: width)
            for part in parts { prototype.add(data.floats(rows: part), keys: [Int](repeating: 0, count: part.count)) }
            let mean = prototype.means
            for part in parts {
                for (i, value) in data.floats(rows: part).enumerated() {
                    let difference = Double(value - mean[i % width])
                    squares[i % width] += difference * difference
                }
            }
        }
        return squares.map { Float(($0 / Double(max(1, rows.count))).squareRoot()) }
    }
}
