// SPDX-License-Identifier: Apache-2.0
package import EngramWire

/// The updates of one group in one round, read one at a time so that memory does not grow with their number.
package struct UpdateBatch {
    /// Who sent them, in id order.
    package let agents: [AgentID]
    /// In agent order: the training rows behind each update.
    package let weights: [Double]
    /// Reads the i-th update.
    let read: (Int) throws -> [Float]
    /// Memory for one slice of all updates (`forEachSlice`).
    var sliceBytes = 64 << 20

    package init(agents: [AgentID], weights: [Double], read: @escaping (Int) throws -> [Float]) {
        self.agents = agents
        self.weights = weights
        self.read = read
    }

    package var count: Int { weights.count }

    /// Some of the updates, in the order of `indices`.
    func subset(_ indices: [Int]) -> UpdateBatch {
        var part = UpdateBatch(agents: indices.map { agents[$0] }, weights: indices.map { weights[$0] }) { [read] i in
            try read(indices[i])
        }
        part.sliceBytes = sliceBytes
        return part
    }
}
