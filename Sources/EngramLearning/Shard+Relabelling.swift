// SPDX-License-Identifier: Apache-2.0

extension Shard {
    /// The same rows with other targets: as many, of the same kind, and within the shard's classes.
    package func relabelled(_ targets: Dataset.Targets) -> Shard {
        precondition(targets.count == data.count, "a shard keeps its number of rows when it is relabelled")
        var copy = self
        copy.data = Dataset(checkedFeatures: data.features, dimension: data.dimension, targets: targets)
        return copy
    }
}
