// SPDX-License-Identifier: Apache-2.0

/// Which prototype a row belongs to: the one of its class, or of its class and its memorability.
///
/// Memorability 0…1 is cut into `bins` equal parts; the key is class · bins + bin. Scores have one class, so their keys are the
/// bins alone; with one bin the memorability is not asked for.
package struct PrototypeKeys: Hashable, Sendable {
    package let classes: Int
    package let bins: Int

    package var count: Int { classes * bins }

    package init(classes: Int, bins: Int) {
        precondition(classes > 0 && bins > 0, "keys need at least one class and one bin")
        self.classes = classes
        self.bins = bins
    }

    /// The key of a class below `classes` with a memorability in 0…1.
    package func key(class id: Int, memorability: Float) -> Int {
        id * bins + min(bins - 1, Int(memorability * Float(bins)))
    }

    /// The key of every row of the shard's data; throws `badData` when bins need a column that the shard lacks.
    package func keys(of shard: Shard) throws(LearningError) -> [Int] {
        precondition(shard.classes <= classes, "a shard has more classes than there are keys for")
        let ids = shard.task == .scores ? [Int32](repeating: 0, count: shard.data.count) : shard.data.classes
        if bins == 1 { return ids.map { Int($0) } }
        guard let memorability = shard.memorability else {
            throw .badData(
                "the shard “\(shard.observer)” has no memorability: add the column, or use prototypes of classes alone (1 bin)")
        }
        return ids.indices.map { key(class: Int(ids[$0]), memorability: memorability[$0]) }
    }
}
