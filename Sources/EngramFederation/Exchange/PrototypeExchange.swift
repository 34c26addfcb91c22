// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors

/// Prototypes as a statistic: agents send sums of their latents and counts of their rows, key by key, and hold the means over all rows of
/// all agents of the slot (FedProto, Tan et al. 2022).
struct PrototypeExchange: Sendable {
    private static let name = "prototypes"

    let keys: PrototypeKeys
    let width: Int

    /// With `bins`, a class has a prototype for each part of the range of memorability; scores are one class.
    init(_ network: Network, bins: Int = 1) {
        let classes =
            switch network.spec.task {
            case .classes: network.spec.outputs
            case .remembered: 2
            case .scores: 1
            }
        keys = PrototypeKeys(classes: classes, bins: bins)
        width = network.head.spec.inputs
    }

    var statistic: Statistic { Statistic(Self.name, shape: [keys.count, width + 1], rule: .keyedMean(width: width)) }

    /// The key of every row of the data. A shard that does not say how memorable its items are counts them all as one half.
    func rowKeys(of shard: Shard) -> [Int] {
        if let keys = try? keys.keys(of: shard) { return keys }
        return (0..<shard.data.count).map {
            keys.key(class: shard.task == .scores ? 0 : Int(shard.data.classes[$0]), memorability: 0.5)
        }
    }

    /// The slot's prototypes; nil as long as there are none.
    func held(_ step: LocalStep) -> Prototypes? {
        guard let values = step.held[Self.name], values.count == statistic.count else { return nil }
        var means: [Float] = []
        var counts: [Int] = []
        for start in stride(from: 0, to: values.count, by: width + 1) {
            means += values[start..<start + width]
            let count = Double(values[start + width])
            counts.append(count > 0 ? Int(min(count.rounded(.up), Double(Prototypes.countLimit))) : 0)
        }
        guard let prototypes = try? Prototypes(means: means, counts: counts, width: width) else { return nil }
        return prototypes.present.isEmpty ? nil : prototypes
    }

    /// Sends what the training rows are to the model that was trained; `rowKeys` has the key of every row of the data.
    func send(_ step: inout LocalStep, rowKeys: [Int]) {
        let own = Prototypes.sums(
            step.network.latents(step.model, step.data, rows: step.rows), width: width, keys: step.rows.map { rowKeys[$0] },
            count: keys.count)
        let means = own.means
        var values: [Float] = []
        values.reserveCapacity(statistic.count)
        for (key, count) in own.counts.enumerated() {
            for mean in means[key * width..<(key + 1) * width] { values.append(mean * Float(count)) }
            values.append(Float(count))
        }
        step.sent[Self.name] = values
    }
}
