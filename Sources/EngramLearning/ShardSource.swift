// SPDX-License-Identifier: Apache-2.0
import EngramTensors

/// The columns of a shard file, checked one at a time.
struct ShardSource {
    let name: String
    let file: Safetensors

    func task() throws(ShardError) -> Task {
        if let text = file.metadata["engram.task"] {
            if let task = Task(rawValue: text) { return task }
            let known = Task.allCases.map(\.rawValue).joined(separator: ", ")
            throw .metadata(shard: name, key: "engram.task", reason: "“\(text)” is not a task, use one of \(known)")
        }
        guard let labels = file.optional("labels") else {
            throw .metadata(shard: name, key: "engram.task", reason: "it is missing: write classes, scores or remembered")
        }
        return labels.type.isInteger ? .classes : .scores
    }

    func classes(_ task: Task) throws(ShardError) -> Int {
        guard task == .classes else { return task == .remembered ? 2 : 1 }
        guard let text = file.metadata["engram.classes"] else {
            throw .metadata(
                shard: name, key: "engram.classes", reason: "it is missing: write the number of classes of the whole federation")
        }
        guard let classes = Int(text) else {
            throw .metadata(shard: name, key: "engram.classes", reason: "“\(text)” is not a whole number")
        }
        return classes
    }

    func features() throws(ShardError) -> (features: Dataset.Features, rows: Int, dimension: Int) {
        let tensor = try required("features")
        guard tensor.shape.count == 2, tensor.shape[1] > 0 else {
            throw problem("features", "its shape is \(tensor.shape), it must be [rows, features]")
        }
        let (rows, dimension) = (tensor.shape[0], tensor.shape[1])
        switch tensor.type {
        case .f32, .f16:
            let values = tensor.floats()
            if !Kernels.isFinite(values), let bad = values.firstIndex(where: { !$0.isFinite }) {
                throw .row(
                    shard: name, tensor: "features", row: bad / dimension,
                    reason: "feature \(bad % dimension) is not a finite number: leave the row out, or fill it in")
            }
            return (.float32(values), rows, dimension)
        case .u8:
            let scale = try number("engram.scale")
            guard let scale, scale != 0 else {
                throw .metadata(
                    shard: name, key: "engram.scale", reason: "U8 features need a scale other than 0, such as 0.003921569")
            }
            return (.bytes(Array(tensor.bytes), scale: scale, offset: try number("engram.offset") ?? 0), rows, dimension)
        case .f64, .i8, .i16, .i32, .i64:
            throw problem("features", "its element type is \(tensor.type.rawValue), use F32, F16 or U8")
        }
    }

    func targets(_ task: Task, rows: Int) throws(ShardError) -> Dataset.Targets {
        if task == .remembered, file.optional("labels") == nil, let flags = try octets("remembered", rows: rows, below: 2) {
            return .classes(flags.map { Int32($0) })
        }
        let tensor = try column("labels", rows: rows)
        if task == .scores {
            if tensor.type.isInteger { throw problem("labels", "scores must be F32, they are \(tensor.type.rawValue)") }
            return .scores(tensor.floats())
        }
        let ids: [Int64]
        do throws(TensorError) { ids = try tensor.integers() } catch {
            throw problem("labels", "class ids must be I64, they are \(tensor.type.rawValue)")
        }
        var targets: [Int32] = []
        targets.reserveCapacity(ids.count)
        for (row, id) in ids.enumerated() {
            guard let id = Int32(exactly: id) else {
                throw .row(
                    shard: name, tensor: "labels", row: row, reason: "the label \(id) is no class id: count classes from 0")
            }
            targets.append(id)
        }
        return .classes(targets)
    }

    /// A column of small numbers, or nil when it is not there.
    func octets(_ tensor: String, rows: Int, below limit: UInt8) throws(ShardError) -> [UInt8]? {
        if file.optional(tensor) == nil { return nil }
        let found = try column(tensor, rows: rows)
        if found.type != .u8 { throw problem(tensor, "its element type is \(found.type.rawValue), use U8") }
        let values = Array(found.bytes)
        if let row = values.firstIndex(where: { $0 >= limit }) {
            throw .row(shard: name, tensor: tensor, row: row, reason: "it is \(values[row]), it must be in 0..<\(limit)")
        }
        return values
    }

    /// A column of numbers, or nil when it is not there.
    func floats(_ tensor: String, rows: Int) throws(ShardError) -> [Float]? {
        if file.optional(tensor) == nil { return nil }
        let found = try column(tensor, rows: rows)
        if found.type.isInteger { throw problem(tensor, "its element type is \(found.type.rawValue), use F32") }
        return found.floats()
    }

    /// When the rows are there, or nil when neither column is given.
    func lives(rows: Int) throws(ShardError) -> RowLives? {
        let arrives = try rounds("arrives", rows: rows), leaves = try rounds("leaves", rows: rows)
        if arrives == nil && leaves == nil { return nil }
        return RowLives(
            arrives: arrives ?? [Int32](repeating: 0, count: rows),
            leaves: leaves ?? [Int32](repeating: RowLives.never, count: rows))
    }

    private func rounds(_ tensor: String, rows: Int) throws(ShardError) -> [Int32]? {
        if file.optional(tensor) == nil { return nil }
        let found = try column(tensor, rows: rows)
        guard found.type == .i32, let values = try? found.integers() else {
            throw problem(tensor, "its element type is \(found.type.rawValue), use I32")
        }
        return values.map { Int32(truncatingIfNeeded: $0) }
    }

    private func column(_ tensor: String, rows: Int) throws(ShardError) -> Safetensors.Tensor {
        let found = try required(tensor)
        if found.shape != [rows] {
            throw problem(tensor, "its shape is \(found.shape), it must be [\(rows)] as the features have rows")
        }
        return found
    }

    private func required(_ tensor: String) throws(ShardError) -> Safetensors.Tensor {
        do throws(TensorError) { return try file.tensor(tensor) } catch { throw .file(shard: name, error) }
    }

    private func number(_ key: String) throws(ShardError) -> Float? {
        guard let text = file.metadata[key] else { return nil }
        guard let value = Float(text), value.isFinite else {
            throw .metadata(shard: name, key: key, reason: "“\(text)” is not a finite number")
        }
        return value
    }

    private func problem(_ tensor: String, _ reason: String) -> ShardError { .tensor(shard: name, name: tensor, reason: reason) }
}
