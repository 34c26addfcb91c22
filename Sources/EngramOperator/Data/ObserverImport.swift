// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
import EngramTensors
package import EngramWire
import Foundation

/// Reads a folder of people's responses (images.csv, responses.csv, features as .npy) into one shard per observer.
package struct ObserverImport {
    package var folder: String
    package var features: [String]
    package var label: String
    package var task: Task
    package var classes = 2
    package var validation = 0.15
    package var validationUnit = ObserverTable.ValidationUnit.rows
    package var seed = 1
    package var standardised = false
    package var memorability: String?
    /// Only the first so many observers.
    package var limit: Int?

    package init(folder: String, features: [String], label: String, task: Task) {
        self.folder = folder
        self.features = features
        self.label = label
        self.task = task
    }

    package func callAsFunction() throws(OperatorError) -> (
        agents: [(id: AgentID, shard: Shard)], constants: FederationManifest.Constants
    ) {
        guard InputFile.isFolder(folder) else { throw .badInput("\(folder): there is no such folder") }
        guard seed >= 0 else { throw .usage("--seed must not be negative") }
        let images = try table("images.csv"), responses = try table("responses.csv")
        var arrays: [(name: String, array: Npy)] = []
        for name in features {
            let path = name.hasPrefix("/") ? name : folder + "/" + name
            let bytes = try InputFile.read(path)
            arrays.append((path, try InputFile.naming(path) { try Npy(parsing: bytes) }))
        }
        let joined = try FeatureTable(arrays, standardised: standardised)
        let standard = standardised && task == .scores ? try labelStandard(responses) : nil
        let shards = try InputFile.naming(folder) {
            try ObserverTable(images: images, responses: responses, features: joined.features).shards(
                label: label, task: task, classes: classes, validation: validation, of: validationUnit, seed: UInt64(seed),
                standard: standard,
                memorability: memorability)
        }
        let chosen = limit.map { Array(shards.prefix($0)) } ?? shards
        let ids = try FederationFolder.named(chosen.map(\.observer))
        return (
            Array(zip(ids, chosen)).map { ($0, $1) },
            .init(
                labelMean: standard?.mean, labelDeviation: standard?.deviation,
                features: features.map { ($0 as NSString).lastPathComponent }, featuresStandardised: standardised)
        )
    }

    private func table(_ name: String) throws(OperatorError) -> CSVTable {
        let path = folder + "/" + name
        let bytes = try InputFile.read(path)
        return try InputFile.naming(path) { try CSVTable(parsing: bytes) }
    }

    /// Mean and deviation of the training responses: two constants that whoever sets a federation up gives to all agents.
    private func labelStandard(_ responses: CSVTable) throws(OperatorError) -> ObserverTable.Standard {
        let path = folder + "/responses.csv"
        let (labels, test) = try InputFile.naming(path) { (try responses.optionalNumbers(label), try responses.numbers("test")) }
        let training = zip(labels, test).compactMap { label, test in test == 0 ? label : nil }
        guard training.count > 1 else { throw .badInput("\(path): fewer than two training responses, so no scale can be found") }
        let mean = training.reduce(0, +) / Double(training.count)
        let square = training.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let deviation = (square / Double(training.count)).squareRoot()
        guard deviation > 0 else { throw .badInput("\(path): all training responses are equal, there is nothing to learn") }
        return .init(mean: mean, deviation: deviation)
    }
}
