// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramWire

/// IFCA's Rotated MNIST (Ghosh et al. 2020): k = 4 rotations, each re-using all training images.
package struct RotatedDigits: FederationBuilder {
    /// m; the paper has 1200, 2400 and 4800.
    package let agents: Int
    /// Training images of each rotation; the paper has 60,000. With m agents each gets images / (m / 4).
    package let images: Int
    /// Test images of an agent, drawn from the 10,000 of its rotation: all of them for everybody would cost more than training.
    package let tests: Int
    /// Share of an agent's images that is held back for validation; the paper has none.
    package let validation: Double

    package init(agents: Int, images: Int, tests: Int, validation: Double) {
        self.agents = agents
        self.images = images
        self.tests = tests
        self.validation = validation
    }

    package var needs: [EvidenceData.Need] { [.mnist] }
    package var size: Double { Double(images) * 4 * 784 }

    package func agents(seed: Int, data: EvidenceData) throws -> [(id: AgentID, shard: Shard)] {
        let all = try data.dataset(.mnist)
        let heldOut = min(10_000, all.count / 2)
        let training = all.count - heldOut
        // The files are in random order, so the first images are a fair part of them.
        let rows = Array(0..<min(images, training)) + Array(training..<all.count)
        var plan = PartitionPlan()
        plan.kind = .reused
        plan.agents = agents
        plan.heldOut = heldOut
        plan.seed = seed
        let share = (rows.count - heldOut) / max(1, (agents + 3) / 4)
        let held = Int(Double(share) * validation)
        plan.sizes = .counts(train: share - held, validation: held, test: min(tests, heldOut))
        return try plan(Self.unit(all.selecting(rows: rows)), task: .classes, classes: 10)
    }

    /// Pixels from 0 to 1, as in the authors' code.
    private static func unit(_ data: Dataset) throws -> Dataset {
        guard case .bytes(let bytes, _, _) = data.features else { return data }
        return try Dataset(
            features: .bytes(bytes, scale: 1 / 255, offset: 0), dimension: data.dimension, targets: data.targets)
    }
}
