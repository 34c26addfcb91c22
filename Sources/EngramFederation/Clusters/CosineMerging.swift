// SPDX-License-Identifier: Apache-2.0
import EngramTensors

/// Joins the two groups whose mean directions are the most alike, as long as the cosine is above a threshold: how StoCFL (Zeng et al. 2023)
/// finds its clusters without a number of them.
///
/// The cosine of two means follows from the inner products of the groups' sums, which add up when groups join, so vectors are read once.
enum CosineMerging {
    /// Group numbers of the items, each a sum of unit vectors that are in one group already; 0, 1, … in the order in which they first appear.
    static func groups(_ items: [Signature], above threshold: Double) -> [Int] {
        var product = items.map { a in
            items.map { b in a.values.count == b.values.count ? Kernels.dot(a.values, b.values) : 0 }
        }
        var group = Array(items.indices)
        var alive = [Bool](repeating: true, count: items.count)
        func cosine(_ a: Int, _ b: Int) -> Double {
            let scale = (product[a][a] * product[b][b]).squareRoot()
            return scale > 0 && scale.isFinite ? product[a][b] / scale : -1
        }
        /// The most alike of the groups after this one.
        func partner(_ a: Int) -> (index: Int, cosine: Double)? {
            var best: (index: Int, cosine: Double)?
            for b in items.indices.dropFirst(a + 1) where alive[b] {
                let cosine = cosine(a, b)
                if best.map({ cosine > $0.cosine }) ?? true { best = (b, cosine) }
            }
            return best
        }
        var partners = items.indices.map(partner)
        while true {
            var best: (a: Int, b: Int, cosine: Double)?
            for a in items.indices where alive[a] {
                guard let near = partners[a], near.cosine > best?.cosine ?? threshold else { continue }
                best = (a, near.index, near.cosine)
            }
            guard let (a, b, _) = best else { return group.renumbered }
            for c in items.indices { product[a][c] += product[b][c] }
            for c in items.indices { product[c][a] += product[c][b] }
            alive[b] = false
            for i in group.indices where group[i] == b { group[i] = a }
            for c in items.indices where alive[c] {
                if c == a || partners[c]?.index == a || partners[c]?.index == b {
                    partners[c] = partner(c)
                } else if c < a, let held = partners[c], cosine(c, a) > held.cosine {
                    partners[c] = (a, cosine(c, a))
                }
            }
        }
    }
}
