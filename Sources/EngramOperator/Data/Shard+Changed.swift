// SPDX-License-Identifier: Apache-2.0
package import EngramLearning

extension Shard {
    /// The same rows under other class names, y becoming map[y]; `truth` says what group it is in now.
    ///
    /// Applied to a shard that was altered already, it plants two shifts at once. Throws when the labels are not classes below
    /// the map's length.
    package func relabelled(_ map: [Int32], truth: String?) throws(ShardError) -> Shard {
        guard let data = data.relabelled(map) else {
            throw .tensor(shard: observer, name: "labels", reason: "they are not classes in 0..<\(map.count) to permute")
        }
        return try Shard(
            observer: observer, task: task, classes: classes, truth: truth, data: data, train: train, validation: validation,
            test: test, cold: cold, memorability: memorability, remembered: remembered, lives: lives,
            circumstances: circumstances)
    }

    /// The same rows, of which only some are for training and validation; the others are of no use.
    package func keeping(train: [Int], validation: [Int]) throws(ShardError) -> Shard {
        try Shard(
            observer: observer, task: task, classes: classes, truth: truth, data: data, train: train, validation: validation,
            test: test, cold: cold, memorability: memorability, remembered: remembered, lives: lives,
            circumstances: circumstances)
    }
}
