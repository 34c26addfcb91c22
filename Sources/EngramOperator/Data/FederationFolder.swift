// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramWire
import Foundation

/// A folder with one shard per observer and a manifest: what `data import` and `data partition` write, and every engine reads.
package struct FederationFolder: Sendable {
    package let path: String
    package let manifest: FederationManifest

    /// Reads the manifest and sees that every shard is there; the shards themselves are read by `shard` and `agents`.
    package init(reading path: String) throws(OperatorError) {
        guard InputFile.isFolder(path) else {
            throw .badInput("\(path): there is no such folder; make one with engram data import or engram data partition")
        }
        let file = path + "/" + FederationManifest.fileName
        guard InputFile.exists(file) else {
            throw .badInput("\(path): not a federation folder: \(FederationManifest.fileName) is missing")
        }
        manifest = try FederationManifest(json: InputFile.read(file, limit: InputFile.textLimit), path: file)
        self.path = path
        for entry in manifest.shards {
            let shard = path + "/" + entry.file
            guard InputFile.exists(shard) else {
                throw .badInput("\(shard): the shard is missing, though \(FederationManifest.fileName) lists it")
            }
        }
    }

    package var ids: [AgentID] { manifest.shards.map(\.id).sorted() }

    package func file(of id: AgentID) -> String { "\(path)/\(id).safetensors" }

    /// One agent's shard, checked against the manifest.
    package func shard(_ entry: FederationManifest.Entry) throws(OperatorError) -> Shard {
        let file = path + "/" + entry.file
        let shard: Shard
        do {
            shard = try Shard(safetensors: InputFile.read(file), name: entry.id.rawValue)
        } catch {
            throw OperatorError(error)
        }
        func differs(_ what: String, _ found: String, _ listed: String) -> OperatorError {
            .badInput("\(file): \(what) is \(found) here and \(listed) in \(FederationManifest.fileName); make the folder anew")
        }
        if shard.task != manifest.task { throw differs("the task", shard.task.rawValue, manifest.task.rawValue) }
        if shard.classes != manifest.classes { throw differs("the number of classes", "\(shard.classes)", "\(manifest.classes)") }
        if shard.data.dimension != manifest.inputs {
            throw differs("the number of features", "\(shard.data.dimension)", "\(manifest.inputs)")
        }
        if shard.truth != entry.truth { throw differs("the planted group", shard.truth ?? "none", entry.truth ?? "none") }
        let counts = [shard.train.count, shard.validation.count, shard.test.count]
        if counts != [entry.train, entry.validation, entry.test] {
            throw differs("train/validation/test", "\(counts)", "\([entry.train, entry.validation, entry.test])")
        }
        return shard
    }

    /// All shards, in id order.
    package func agents() throws(OperatorError) -> [(id: AgentID, shard: Shard)] {
        var agents: [(id: AgentID, shard: Shard)] = []
        for entry in manifest.shards.sorted(by: { $0.id < $1.id }) { agents.append((entry.id, try shard(entry))) }
        return agents
    }
}

extension FederationFolder {
    /// Writes a folder whole or not at all; an old one is replaced only with `replacing`, and only if it is a federation folder.
    package static func write(
        _ shards: [(id: AgentID, shard: Shard)], to path: String, name: String, origin: FederationManifest.Origin,
        constants: FederationManifest.Constants? = nil, replacing: Bool = false
    ) throws(OperatorError) -> FederationFolder {
        guard let first = shards.first?.shard else { throw .badInput("no observer is left, so there is no federation to write") }
        for (id, shard) in shards
        where shard.task != first.task || shard.classes != first.classes || shard.data.dimension != first.data.dimension {
            throw .badInput("the shard of \(id) has another task, other classes or other features than that of \(shards[0].id)")
        }
        let target = URL(fileURLWithPath: path).standardizedFileURL
        let files = FileManager.default
        if InputFile.exists(target.path) {
            let empty =
                InputFile.isFolder(target.path) && ((try? files.contentsOfDirectory(atPath: target.path))?.isEmpty ?? false)
            let federation = InputFile.exists(target.path + "/" + FederationManifest.fileName)
            guard empty || (replacing && federation) else {
                throw .badInput(
                    federation
                        ? "\(path): a federation lies there already; use --force to replace it, or another --output"
                        : "\(path): something that is no federation folder lies there; use another --output")
            }
        }
        let manifest = FederationManifest(
            name: name, task: first.task, classes: first.classes, inputs: first.data.dimension,
            shards: shards.sorted { $0.id < $1.id }.map { id, shard in
                .init(
                    id: id, file: "\(id).safetensors", truth: shard.truth, train: shard.train.count,
                    validation: shard.validation.count, test: shard.test.count)
            }, madeBy: origin, constants: constants)
        let staging = target.deletingLastPathComponent()
            .appendingPathComponent(".\(target.lastPathComponent).new-\(ProcessInfo.processInfo.processIdentifier)")
        do {
            try? files.removeItem(at: staging)
            try files.createDirectory(at: staging, withIntermediateDirectories: true)
            for (id, shard) in shards {
                try Data(shard.safetensors()).write(to: staging.appendingPathComponent("\(id).safetensors"))
            }
            try Data(try manifest.json()).write(to: staging.appendingPathComponent(FederationManifest.fileName))
            if InputFile.exists(target.path) { try files.removeItem(at: target) }
            try files.moveItem(at: staging, to: target)
        } catch {
            try? files.removeItem(at: staging)
            throw .failed("\(path): the federation folder cannot be written: \(error.localizedDescription)")
        }
        return try FederationFolder(reading: target.path)
    }

    /// Ids for agents that have no names: agent-00, agent-01, …
    package static func numbered(_ count: Int, prefix: String = "agent") -> [AgentID] {
        let width = max(2, String(max(0, count - 1)).count)
        return (0..<count).compactMap { AgentID("\(prefix)-\(padded(String($0), width))") }
    }

    /// Ids made of the observers' names: numbers get leading zeros, so that the order of ids is the order of people.
    package static func named(_ observers: [String]) throws(OperatorError) -> [AgentID] {
        let width = observers.map(\.count).max() ?? 1
        var ids: [AgentID] = []
        for observer in observers {
            let isNumber = !observer.isEmpty && observer.utf8.allSatisfy { (0x30...0x39).contains($0) }
            guard let id = AgentID(isNumber ? "observer-\(padded(observer, width))" : observer) else {
                throw .badInput("the observer '\(observer.prefix(80))' cannot be an agent's name: \(IdentifierRule.description)")
            }
            ids.append(id)
        }
        guard Set(ids).count == ids.count else { throw .badInput("two observers have the same name") }
        return ids
    }

    private static func padded(_ digits: String, _ width: Int) -> String {
        String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
