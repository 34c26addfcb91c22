// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// Rows in minibatches: every epoch goes over all of them in a new random order, in as few batches as there can be, of nearly equal size.
///
/// A rest of three rows as a batch of its own would be the last and by far the noisiest step of an epoch: an agent's personal model would be
/// what those three rows made of it. Libraries that drop the rest learn nothing from it.
package struct Batches: Sequence, IteratorProtocol, Sendable {
    /// The most rows of a batch: never more than there are rows, at least 1.
    package let size: Int
    /// The stream of random numbers, as far as the batches so far have drawn from it.
    package private(set) var generator: SeededGenerator
    private var order: [Int]
    /// Batches of an epoch, and those of this one that were given.
    private let count: Int
    private var given: Int
    private var epochs: Int

    package init(of rows: [Int], size: Int, epochs: Int, using generator: SeededGenerator) {
        self.size = Swift.max(1, Swift.min(size, rows.count))
        self.epochs = rows.isEmpty ? 0 : epochs
        self.generator = generator
        order = rows
        count = (rows.count + self.size - 1) / self.size
        given = count
    }

    package mutating func next() -> ArraySlice<Int>? {
        if given >= count {
            if epochs < 1 { return nil }
            epochs -= 1
            given = 0
            generator.shuffle(&order)
        }
        defer { given += 1 }
        return order[order.count * given / count..<order.count * (given + 1) / count]
    }
}
