// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// Rows in minibatches: every epoch goes over all of them in a new random order, with a smaller last batch if they do not divide.
package struct Batches: Sequence, IteratorProtocol, Sendable {
    /// The most rows of a batch: never more than there are rows, at least 1.
    package let size: Int
    /// The stream of random numbers, as far as the batches so far have drawn from it.
    package private(set) var generator: SeededGenerator
    private var order: [Int]
    private var position: Int
    private var epochs: Int

    package init(of rows: [Int], size: Int, epochs: Int, using generator: SeededGenerator) {
        self.size = Swift.max(1, Swift.min(size, rows.count))
        self.epochs = rows.isEmpty ? 0 : epochs
        self.generator = generator
        order = rows
        position = rows.count
    }

    package mutating func next() -> ArraySlice<Int>? {
        if position >= order.count {
            if epochs < 1 { return nil }
            epochs -= 1
            position = 0
            generator.shuffle(&order)
        }
        let end = Swift.min(position + size, order.count)
        defer { position = end }
        return order[position..<end]
    }
}
