// SPDX-License-Identifier: Apache-2.0
import EngramLearning

/// Fashion-MNIST as Debian installs it, cut for the demonstration.
package enum DemoData {
    package static let folder = "/usr/share/datasets/fashion-mnist"

    /// 24 agents with 300 training, 75 validation and 75 test images each, agent i turned by i mod 4 quarters.
    package static func make(from folder: String, to output: String, agents: Int = 24) throws -> FederationFolder {
        guard InputFile.isFolder(folder) else {
            throw OperatorError.badInput(
                "\(folder): Fashion-MNIST is not there; install Debian's package dataset-fashion-mnist, or name its folder with --data"
            )
        }
        let images = ["train", "t10k"].map { "\(folder)/\($0)-images-idx3-ubyte.gz" }
        let labels = ["train", "t10k"].map { "\(folder)/\($0)-labels-idx1-ubyte.gz" }
        let data = try IdxFiles.dataset(images: images, labels: labels)
        var plan = PartitionPlan()
        plan.kind = .rotated
        plan.agents = agents
        plan.sizes = .counts(train: 300, validation: 75, test: 75)
        plan.seed = 1
        return try FederationFolder.write(
            try plan(data, task: .classes, classes: 10), to: output, name: "fashion-mnist in four rotations",
            origin: .init(command: "demo", seed: 1), replacing: true)
    }
}
