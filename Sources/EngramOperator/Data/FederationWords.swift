// SPDX-License-Identifier: Apache-2.0
import EngramFederation
package import EngramLearning
import Foundation

/// What lies in a federation folder, or in a shard, in words.
package enum FederationWords {
    package static func text(of manifest: FederationManifest, at path: String) -> String {
        let entries = manifest.shards
        var lines = ["\(path): federation '\(manifest.name)', \(Words.count(entries.count, "agent"))"]
        lines.append(
            "task \(manifest.task.rawValue): " + meaning(manifest.task, manifest.classes) + ", \(manifest.inputs) features a row")
        lines.append(
            "rows per agent: train \(range(entries.map(\.train))), validation \(range(entries.map(\.validation))), "
                + "test \(range(entries.map(\.test)))")
        let groups = Dictionary(grouping: entries.compactMap(\.truth), by: { $0 }).mapValues(\.count)
        if groups.isEmpty {
            lines.append("no planted groups")
        } else {
            lines.append(
                "planted groups: " + groups.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }.joined(separator: ", "))
        }
        if let constants = manifest.constants {
            let scaled = constants.featuresStandardised ? ", each column standardised over the images" : ""
            lines.append("features from \(constants.features.joined(separator: ", "))\(scaled)")
            if let mean = constants.labelMean, let deviation = constants.labelDeviation {
                lines.append(String(format: "labels are (answer - %.4f) / %.4f", mean, deviation))
            }
        }
        if let origin = manifest.madeBy { lines.append("made by: \(origin.command), seed \(origin.seed)") }
        return lines.joined(separator: "\n")
    }

    package static func text(of shard: Shard, at path: String) -> String {
        var lines = ["\(path): shard of observer '\(shard.observer)'" + (shard.truth.map { ", planted group \($0)" } ?? "")]
        let kind: String =
            switch shard.data.features {
            case .float32: "32-bit floats"
            case .bytes(_, let scale, let offset): "bytes, read as byte × \(scale) + \(offset)"
            }
        lines.append("\(Words.count(shard.data.count, "row")) of \(shard.data.dimension) features (\(kind))")
        lines.append("task \(shard.task.rawValue): " + meaning(shard.task, shard.classes))
        lines.append(
            "train \(shard.train.count), validation \(shard.validation.count), test \(shard.test.count)"
                + (shard.cold == nil ? "" : " (\(shard.warmTest.count) warm, \(shard.coldTest.count) cold)"))
        lines.append(labels(shard))
        if shard.memorability != nil { lines.append("memorability: one number a row") }
        if shard.remembered != nil { lines.append("remembered: one answer a row") }
        return lines.joined(separator: "\n")
    }

    private static func labels(_ shard: Shard) -> String {
        switch shard.data.targets {
        case .scores(let scores):
            let mean = scores.reduce(0.0) { $0 + Double($1) } / Double(max(1, scores.count))
            return String(format: "scores from %.3f to %.3f, mean %.3f", scores.min() ?? 0, scores.max() ?? 0, mean)
        case .classes(let ids):
            var counts: [Int32: Int] = [:]
            for id in ids { counts[id, default: 0] += 1 }
            let shown = counts.sorted { $0.key < $1.key }.prefix(20).map { "\($0.key): \($0.value)" }
            return "rows per class: " + shown.joined(separator: ", ") + (counts.count > 20 ? ", …" : "")
        }
    }

    private static func meaning(_ task: Task, _ classes: Int) -> String {
        switch task {
        case .classes: "one of \(classes) classes (metric \(task.metricName))"
        case .scores: "a number a row (metric \(task.metricName))"
        case .remembered: "remembered or not (metric \(task.metricName))"
        }
    }

    private static func range(_ counts: [Int]) -> String {
        guard let low = counts.min(), let high = counts.max() else { return "0" }
        return low == high ? "\(low)" : "\(low) to \(high)"
    }
}
