// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramWire

/// What an agent says about its shard when it connects: shapes and counts, never contents.
package struct AgentProfile: Codable, Equatable, Sendable {
    package var task: Task
    package var inputs: Int
    package var classes: Int
    package var train: Int
    package var validation: Int
    package var test: Int
    /// The planted group, if the shard declares one: used by the grouping `given` and by evaluation, by nothing else.
    package var truth: String?
    /// What the shard declares about its agent; nil: nothing.
    package var circumstances: Circumstances?
    /// Whether the agent trains by a program of its owner's; nil: by the built-in network.
    package var hasTrainer: Bool?

    package init(
        task: Task, inputs: Int, classes: Int, train: Int, validation: Int, test: Int, truth: String?,
        circumstances: Circumstances? = nil, hasTrainer: Bool = false
    ) {
        self.task = task
        self.inputs = inputs
        self.classes = classes
        self.train = train
        self.validation = validation
        self.test = test
        self.truth = truth
        self.circumstances = circumstances
        self.hasTrainer = hasTrainer ? true : nil
    }

    package init(_ shard: Shard, hasTrainer: Bool = false) {
        self.init(
            task: shard.task, inputs: shard.data.dimension, classes: shard.classes, train: shard.train.count,
            validation: shard.validation.count, test: shard.test.count, truth: shard.truth,
            circumstances: shard.circumstances == Circumstances() ? nil : shard.circumstances, hasTrainer: hasTrainer)
    }

    /// The declared machine, or the default one.
    package var device: DeviceProfile { circumstances?.device ?? DeviceProfile() }
    /// The share of each hidden layer that the agent can afford.
    package var budget: Double { circumstances?.budget ?? 1 }
    /// The first round in which the agent takes part.
    package var joins: Int { circumstances?.joins ?? 1 }

    /// Numbers a model for this shard puts out.
    package var outputs: Int { task == .classes ? classes : 1 }
}

/// An agent on a run's roster.
package struct Member: Codable, Equatable, Sendable {
    package let id: AgentID
    package var profile: AgentProfile
    /// The last round in which its upload counted; 0 if none did.
    package var lastCounted: Int
    /// It missed its last round and has not come back.
    package var absent: Bool
    package var joined: Int
    /// Its home model's loss on its validation rows, as last told.
    package var lastLoss: Double?

    package init(id: AgentID, profile: AgentProfile, lastCounted: Int = 0, absent: Bool = false, joined: Int = 0) {
        self.id = id
        self.profile = profile
        self.lastCounted = lastCounted
        self.absent = absent
        self.joined = joined
    }
}
