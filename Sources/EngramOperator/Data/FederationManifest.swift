// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramWire
import Foundation

/// `federation.json`: what lies in a federation folder and how it was made (docs/formats.md).
package struct FederationManifest: Codable, Equatable, Sendable {
    package static let schemaName = "engram.federation/1"
    package static let fileName = "federation.json"
    /// More shards than this are a mistake, or an attack.
    package static let shardLimit = 100_000

    package var schema = FederationManifest.schemaName
    package var name: String
    package var task: Task
    package var classes: Int
    package var inputs: Int
    package var shards: [Entry]
    /// Nil in a folder of other makers.
    package var madeBy: Origin?
    /// Constants by which labels and features were standardised, known to every agent.
    package var constants: Constants?

    package struct Entry: Codable, Equatable, Sendable {
        package var id: AgentID
        package var file: String
        package var truth: String?
        package var train: Int
        package var validation: Int
        package var test: Int
    }

    package struct Origin: Codable, Equatable, Sendable {
        package var command: String
        package var seed: Int

        package init(command: String, seed: Int) {
            self.command = command
            self.seed = seed
        }
    }

    package struct Constants: Codable, Equatable, Sendable {
        package var labelMean: Double?
        package var labelDeviation: Double?
        /// The feature files, in the order of their columns, and whether each column was standardised over the images.
        package var features: [String]
        package var featuresStandardised: Bool

        package init(labelMean: Double?, labelDeviation: Double?, features: [String], featuresStandardised: Bool) {
            self.labelMean = labelMean
            self.labelDeviation = labelDeviation
            self.features = features
            self.featuresStandardised = featuresStandardised
        }
    }

    package init(json bytes: [UInt8], path: String) throws(OperatorError) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            self = try decoder.decode(FederationManifest.self, from: Data(bytes))
        } catch let error as DecodingError {
            throw .badInput("\(path): \(Self.words(error)); see docs/formats.md")
        } catch {
            throw .badInput("\(path): not valid JSON")
        }
        try check(path)
    }

    package func json() throws -> [UInt8] { Array(try Output.text(json: self).utf8) + [0x0a] }

    init(
        name: String, task: Task, classes: Int, inputs: Int, shards: [Entry], madeBy: Origin, constants: Constants? = nil
    ) {
        self.name = name
        self.task = task
        self.classes = classes
        self.inputs = inputs
        self.shards = shards
        self.madeBy = madeBy
        self.constants = constants
    }

    private func check(_ path: String) throws(OperatorError) {
        guard schema == Self.schemaName else {
            throw .badInput("\(path): its schema is '\(schema.prefix(40))', this program reads \(Self.schemaName)")
        }
        guard (1...Self.shardLimit).contains(shards.count) else {
            throw .badInput("\(path): it lists \(shards.count) shards; 1 to \(Self.shardLimit) can be used")
        }
        guard inputs > 0 else { throw .badInput("\(path): inputs is \(inputs), it must be at least 1") }
        guard classes > 0 else { throw .badInput("\(path): classes is \(classes), it must be at least 1") }
        var seen: Set<AgentID> = []
        for entry in shards {
            guard seen.insert(entry.id).inserted else { throw .badInput("\(path): the agent \(entry.id) is listed twice") }
            // A manifest from elsewhere must not make this program read other files.
            guard entry.file == "\(entry.id).safetensors" else {
                throw .badInput(
                    "\(path): the shard of \(entry.id) must be '\(entry.id).safetensors', it is '\(entry.file.prefix(80))'")
            }
            guard entry.train >= 0, entry.validation >= 0, entry.test >= 0 else {
                throw .badInput("\(path): a count of \(entry.id) is negative")
            }
        }
    }

    private static func words(_ error: DecodingError) -> String {
        func at(_ context: DecodingError.Context) -> String {
            let path = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
            return path.isEmpty ? "" : " in \(path)"
        }
        // As it stands in the file.
        func name(_ key: any CodingKey) -> String {
            key.stringValue.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
        }
        return switch error {
        case .keyNotFound(let key, let context): "the key '\(name(key))' is missing\(at(context))"
        case .typeMismatch(_, let context), .valueNotFound(_, let context): "a value of another kind is needed\(at(context))"
        case .dataCorrupted(let context): context.codingPath.isEmpty ? "not valid JSON" : "a value is not allowed\(at(context))"
        @unknown default: "not readable"
        }
    }
}
