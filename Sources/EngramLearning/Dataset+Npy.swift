// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

extension Dataset {
    /// Features [n, …] and labels [n] of numpy arrays. Byte features stay bytes and need their scale; everything else becomes
    /// Float32.
    package init(features: Npy, labels: Npy, task: Task, scale: Float = 1, offset: Float = 0) throws(LearningError) {
        guard features.shape.count >= 2, let rows = features.shape.first, rows > 0, labels.shape == [rows] else {
            throw .badData("labels of shape \(labels.shape) do not belong to features of shape \(features.shape)")
        }
        let stored: Features =
            features.type == .u8 ? .bytes(Array(features.bytes), scale: scale, offset: offset) : .float32(features.floats())
        let targets: Targets
        if task == .scores {
            targets = .scores(labels.floats())
        } else {
            let ids: [Int64]
            do throws(TensorError) { ids = try labels.integers() } catch { throw .badData("class labels: \(error)") }
            if let row = ids.firstIndex(where: { $0 < 0 || $0 >= Shard.classLimit }) {
                throw .badData("the label of row \(row) is \(ids[row]), class ids count from 0")
            }
            targets = .classes(ids.map { Int32($0) })
        }
        try self.init(features: stored, dimension: features.count / rows, targets: targets)
    }
}
