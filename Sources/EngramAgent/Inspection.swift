// SPDX-License-Identifier: Apache-2.0
package import EngramFederation
package import EngramLearning
import EngramTensors
import EngramWire

/// What is in a shard, and exactly what an agent with it would send: for the person who answers for the data.
package struct Inspection: Codable, Sendable {
    package struct Sent: Codable, Sendable {
        package let what: String
        package let numbers: Int
        package let bytes: Int
        package let when: String
    }

    package let observer: String
    package let profile: AgentProfile
    package let rows: Int
    package let classCounts: [Int]
    package let scoreRange: [Double]
    package let modelParameters: Int
    package let sent: [Sent]
    package let staysHere: [String]

    package init(shard: Shard, recipe: Recipe) {
        let profile = AgentProfile(shard, hasTrainer: recipe.external != nil)
        let network = recipe.network(for: profile)
        let shared = recipe.sharing.shared(of: network)
        var draws = CodecDraws(seed: UInt64(bitPattern: Int64(recipe.seed)), shared: [], own: shard.observer)
        let update = recipe.codec.pack(
            [Float](repeating: 0, count: shared.count), name: "update", feedback: recipe.errorFeedback, using: &draws)
        let disguise = recipe.privacy is NoPrivacy ? "" : "; privacy: \(type(of: recipe.privacy).summary)"
        observer = shard.observer
        self.profile = profile
        rows = shard.data.count
        modelParameters = network.layout.count
        switch shard.data.targets {
        case .classes(let ids):
            var counts = [Int](repeating: 0, count: max(2, shard.classes))
            for id in ids where counts.indices.contains(Int(id)) { counts[Int(id)] += 1 }
            classCounts = counts
            scoreRange = []
        case .scores(let scores):
            classCounts = []
            scoreRange = [Double(scores.min() ?? 0), Double(scores.max() ?? 0)]
        }
        var sent = [
            Sent(
                what: "profile: task, sizes, row counts, declared group and device, whether it has a trainer of its own",
                numbers: 12,
                bytes: 300, when: "at every connection"),
            Sent(
                what: "update of the shared tensors (\(shared.tensors.map(\.name).joined(separator: ", ")))\(disguise)",
                numbers: shared.count,
                bytes: update.bodyBytes, when: "every round, one for each model trained; bytes before zlib for an update of zeros"
            ),
            Sent(
                what: "signature: a random projection of the update", numbers: recipe.signatureSize,
                bytes: 4 * recipe.signatureSize,
                when: "every round"),
            Sent(
                what: "validation loss, metric and gain of each model offered; training loss; norm of the update; row count",
                numbers: 8, bytes: 200, when: "every round"),
            Sent(
                what:
                    "test loss and metric of the six report rows, what each gained on validation rows, and which the gate chose",
                numbers: 67, bytes: 2400, when: "every round"),
        ]
        if shard.task == .remembered, recipe.privacy is NoPrivacy {
            sent.append(
                Sent(
                    what:
                        "how often which chance was given to what was remembered and to what was not, on the test rows, for each report row "
                        + "(with few rows: nearly every chance, beside whether it came true)",
                    numbers: 7 * 2 * ChanceTally.bins, bytes: 7 * 8 * ChanceTally.bins, when: "in the last exchange"))
        }
        if let count = recipe.grouping.descriptorCount(network) {
            sent.append(
                Sent(
                    what: "descriptor by which '\(type(of: recipe.grouping).name)' groups agents, made from the features",
                    numbers: count, bytes: 4 * count, when: "once, or when the grouping asks again"))
        }
        sent += recipe.training.statistics(for: network).map {
            Sent(
                what: "statistic “\($0.name)” of the training '\(type(of: recipe.training).name)', made from the training rows",
                numbers: $0.count, bytes: 4 * $0.count, when: "every round, one for each model trained, without lossy coding")
        }
        var stays = ["every feature, label and memory response", "the local-only model"]
        if shared.count < network.layout.count {
            stays.append(
                "the private tensors: "
                    + network.layout.tensors.map(\.name).filter { shared.range(of: $0) == nil }.joined(separator: ", "))
        }
        stays.append("the personal model, the deployed model and the error-feedback memory")
        self.sent = sent
        staysHere = stays
    }

    /// The same in words.
    package var text: String {
        var out = "Shard of \(observer): \(rows) rows, \(profile.inputs) features, task \(profile.task.rawValue)\n"
        out += "  \(profile.train) for training, \(profile.validation) for validation, \(profile.test) for test\n"
        if !classCounts.isEmpty { out += "  rows per class: \(classCounts.map(String.init).joined(separator: " "))\n" }
        if scoreRange.count == 2 { out += "  scores from \(scoreRange[0]) to \(scoreRange[1])\n" }
        if let truth = profile.truth { out += "  declares the group '\(truth)' (for evaluation and the grouping 'given')\n" }
        out += "Model: \(modelParameters) parameters\nLeaves this machine:\n"
        for item in sent { out += "  - \(item.what): \(item.numbers) numbers, about \(item.bytes) bytes; \(item.when)\n" }
        out += "Never leaves it:\n"
        for item in staysHere { out += "  - \(item)\n" }
        return out
    }
}
