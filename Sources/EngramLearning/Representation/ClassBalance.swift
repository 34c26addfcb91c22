// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// Makes classes equally frequent by adding latents between those that there are (FedHome, Wu et al. 2020), so that the head
/// can be tuned on all classes alike.
package enum ClassBalance {
    /// The latents, row-major [labels.count, width], followed by synthetic ones, class by class, until every class that has any
    /// rows has as many as the largest.
    ///
    /// A synthetic latent lies at a uniform place between a random one of the class and one of its `neighbours` nearest in the
    /// class (SMOTE, Chawla et al. 2002, who take 5); the only one of a class is repeated. `labels` are class ids, none
    /// negative.
    package static func balanced(
        _ latents: [Float], width: Int, labels: [Int32], neighbours: Int, using generator: inout SeededGenerator
    ) -> (latents: [Float], labels: [Int32]) {
        precondition(latents.count == labels.count * width, "one label per latent is needed")
        precondition(neighbours > 0, "a latent needs at least one neighbour")
        let groups = ClassMembers(labels, rows: Array(labels.indices)).groups
        let most = groups.map(\.count).max() ?? 0
        var (latents, labels) = (latents, labels)
        latents.reserveCapacity(groups.count { !$0.isEmpty } * most * width)
        for (id, group) in groups.enumerated() where !group.isEmpty && group.count < most {
            let own = group.flatMap { latents[$0 * width..<($0 + 1) * width] }
            let partners = partners(own, width: width, neighbours: neighbours)
            for _ in group.count..<most {
                let one = generator.below(group.count)
                let other = partners[one].isEmpty ? one : partners[one][generator.below(partners[one].count)]
                let place = Float(generator.uniform())
                for j in 0..<width {
                    let from = own[one * width + j]
                    latents.append(from + place * (own[other * width + j] - from))
                }
                labels.append(Int32(id))
            }
        }
        return (latents, labels)
    }

    /// For each row the rows nearest to it, itself left out.
    private static func partners(_ rows: [Float], width: Int, neighbours: Int) -> [[Int]] {
        NearestRows(rows, width: width).nearest(neighbours + 1, to: rows).enumerated().map { row, matches in
            Array(matches.map(\.row).filter { $0 != row }.prefix(neighbours))
        }
    }
}
