// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramTensors

extension Partition {
    /// IFCA's Rotated MNIST (Ghosh et al. 2020, section 6): all training images are used in each of the four rotations, every
    /// rotation dividing them among its agents in a random order of its own.
    ///
    /// Agent i belongs to rotation i mod 4 (truth "r0", "r90", "r180", "r270"). The last `heldOut` of `rows` rows are the test
    /// set; with `counts` an agent gets so many of them, drawn for itself, with `fractions` all of them. Of the others it gets
    /// n = training rows / agents of its rotation: the paper has (m/k)·n = 60,000 for m agents and k = 4. The paper holds
    /// nothing back for validation; here the last part of each agent's rows is for it.
    package static func reused(
        rows: Int, heldOut: Int, agents: Int, sizes: SplitSizes, using generator: inout SeededGenerator
    ) throws(LearningError) -> [AgentPart] {
        _ = try sizes.validated()
        let pool = rows - heldOut
        guard heldOut >= 0, pool > 0 else {
            throw .badPartition("\(heldOut) of \(rows) rows cannot be held out for test: some must be left for training")
        }
        let sharing = (agents + 3) / 4
        guard agents >= 1, pool >= sharing else {
            throw .badPartition("\(pool) rows cannot serve \(agents) agents in 4 rotations")
        }
        let share = pool / sharing
        let (train, validation, test) = try divided(share, heldOut, sizes)
        let orders = (0..<min(4, agents)).map { _ in generator.permutation(pool) }
        let parts = (0..<agents).map { agent in
            let own = orders[agent % 4][agent / 4 * share..<(agent / 4 + 1) * share]
            let tests = test < heldOut ? Array(generator.permutation(heldOut).prefix(test)) : Array(0..<heldOut)
            return AgentPart(
                train: Array(own.prefix(train)), validation: Array(own.dropFirst(train).prefix(validation)),
                test: tests.map { pool + $0 })
        }
        return try turning(parts)
    }

    private static func divided(
        _ share: Int, _ heldOut: Int, _ sizes: SplitSizes
    ) throws(LearningError) -> (train: Int, validation: Int, test: Int) {
        switch sizes {
        case .counts(let train, let validation, let test):
            guard train + validation <= share, test <= heldOut else {
                throw .badPartition(
                    "\(train) training and \(validation) validation rows of \(share), and \(test) test rows of \(heldOut), "
                        + "are not to be had")
            }
            return (train, validation, test)
        case .fractions(let validation, _):
            let held = Int(Double(share) * validation)
            return (share - held, held, heldOut)
        }
    }
}
