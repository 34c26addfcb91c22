// SPDX-License-Identifier: Apache-2.0
import EngramTensors

extension Shard {
    /// Reads a shard file (docs/formats.md): tensors `features` [n, d] (F32, F16, or U8 with `engram.scale`), `labels` [n] (I64
    /// classes or F32 scores), optional `split`, `cold`, `memorability`, `remembered`, `arrives`, `leaves` [n].
    ///
    /// `name` is what errors call the shard, and the observer when the file does not name one. Without `split` the rows are
    /// divided 70/15/15 by a generator seeded with the observer's name. Other tensors are ignored.
    package init(safetensors bytes: [UInt8], name: String) throws(ShardError) {
        let source: ShardSource
        do throws(TensorError) {
            source = ShardSource(name: name, file: try Safetensors(parsing: bytes))
        } catch {
            throw .file(shard: name, error)
        }
        let observer = source.file.metadata["engram.observer"] ?? name
        let task = try source.task()
        let (features, rows, dimension) = try source.features()
        let targets = try source.targets(task, rows: rows)
        let data: Dataset
        do throws(LearningError) {
            data = try Dataset(features: features, dimension: dimension, targets: targets)
        } catch {
            throw .tensor(shard: name, name: "features", reason: error.description)
        }
        let split = try source.octets("split", rows: rows, below: 3) ?? Self.seededSplit(rows: rows, observer: observer)
        try self.init(
            observer: observer, task: task, classes: try source.classes(task), truth: source.file.metadata["engram.truth"],
            data: data,
            train: split.indices.filter { split[$0] == 0 }, validation: split.indices.filter { split[$0] == 1 },
            test: split.indices.filter { split[$0] == 2 }, cold: try source.octets("cold", rows: rows, below: 2)?.map { $0 == 1 },
            memorability: try source.floats("memorability", rows: rows),
            remembered: try source.octets("remembered", rows: rows, below: 2), lives: try source.lives(rows: rows),
            circumstances: try Circumstances(metadata: source.file.metadata, shard: name))
    }

    /// The shard as a file; features keep their type. Rows of no use (in none of the three lists) are left out.
    package func safetensors() -> [UInt8] {
        var split = [UInt8](repeating: 255, count: data.count)
        for row in train { split[row] = 0 }
        for row in validation { split[row] = 1 }
        for row in test { split[row] = 2 }
        let rows = split.indices.filter { split[$0] != 255 }
        let kept = rows.count == data.count ? data : data.selecting(rows: rows)
        var metadata = ["engram.task": task.rawValue, "engram.classes": String(classes), "engram.observer": observer]
        metadata["engram.truth"] = truth
        metadata.merge(circumstances.metadata) { own, _ in own }
        var tensors: [Safetensors.Tensor] = []
        switch kept.targets {
        case .classes(let ids): tensors.append(.init(name: "labels", shape: [rows.count], integers: ids.map { Int64($0) }))
        case .scores(let scores): tensors.append(.init(name: "labels", shape: [rows.count], floats: scores[...]))
        }
        switch kept.features {
        case .float32(let values):
            tensors.append(.init(name: "features", shape: [rows.count, data.dimension], floats: values[...]))
        case .bytes(let bytes, let scale, let offset):
            tensors.append(.init(name: "features", shape: [rows.count, data.dimension], octets: bytes))
            metadata["engram.scale"] = String(scale)
            metadata["engram.offset"] = String(offset)
        }
        tensors.append(.init(name: "split", shape: [rows.count], octets: rows.map { split[$0] }))
        if let cold { tensors.append(.init(name: "cold", shape: [rows.count], octets: rows.map { cold[$0] ? 1 : 0 })) }
        if let memorability {
            tensors.append(.init(name: "memorability", shape: [rows.count], floats: rows.map { memorability[$0] }[...]))
        }
        if let remembered { tensors.append(.init(name: "remembered", shape: [rows.count], octets: rows.map { remembered[$0] })) }
        if let lives {
            tensors.append(.init(name: "arrives", shape: [rows.count], rounds: rows.map { lives.arrives[$0] }))
            tensors.append(.init(name: "leaves", shape: [rows.count], rounds: rows.map { lives.leaves[$0] }))
        }
        // Wide types first, so that every tensor is aligned to its elements.
        tensors.sort { $0.type.size > $1.type.size }
        return Safetensors.serialise(tensors, metadata: metadata)
    }

    private static func seededSplit(rows: Int, observer: String) -> [UInt8] {
        var generator = SeededGenerator(seed: 0, "split", observer)
        var split = [UInt8](repeating: 0, count: rows)
        let held = (rows * 15 + 50) / 100
        for (place, row) in generator.permutation(rows).prefix(2 * held).enumerated() { split[row] = place < held ? 1 : 2 }
        return split
    }
}

extension Safetensors.Tensor {
    fileprivate init(name: String, shape: [Int], rounds: [Int32]) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 * rounds.count)
        for round in rounds { for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: round >> Int32(shift))) } }
        self.init(name: name, type: .i32, shape: shape, bytes: bytes[...])
    }
}
