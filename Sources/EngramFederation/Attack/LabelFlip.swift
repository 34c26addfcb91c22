// SPDX-License-Identifier: Apache-2.0
package import EngramLearning

/// Honest work on wrong labels: class y becomes C − 1 − y, a score is mirrored in the middle of its range.
package struct LabelFlip: Attack {
    package static let name = "label_flip"
    package static let summary = "trains on labels turned round (Biggio et al. 2012)"

    package init() {}

    package var spoilsUpdates: Bool { false }

    package func poisoned(_ shard: Shard) -> Shard { shard.turnedRound }
}

extension Shard {
    /// The shard with wrong labels in its training and validation rows. Its test rows are as they were: they show what the run would be worth
    /// to the attacker.
    fileprivate var turnedRound: Shard {
        let rows = train + validation
        switch data.targets {
        case .classes(var ids):
            for row in rows { ids[row] = Int32(classes) - 1 - ids[row] }
            return relabelled(.classes(ids))
        case .scores(var scores):
            guard let low = rows.map({ scores[$0] }).min(), let high = rows.map({ scores[$0] }).max() else { return self }
            for row in rows { scores[row] = low + (high - scores[row]) }
            return relabelled(.scores(scores))
        }
    }
}
