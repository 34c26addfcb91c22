// SPDX-License-Identifier: Apache-2.0

/// What an agent's copy of the data is changed by, so that groups of agents really differ.
package enum Alteration: Hashable, Sendable {
    case none
    /// Square images are turned counter-clockwise by so many quarters.
    case turned(quarters: Int)
    /// The class y becomes map[y].
    case relabelled(map: [Int32])
}

/// One agent's share of a data set: row numbers, and what is done to its copy of them.
package struct AgentPart: Equatable, Sendable {
    /// The planted cluster, or nil when nothing was planted.
    package var truth: String?
    package var alteration: Alteration
    package var train: [Int]
    package var validation: [Int]
    package var test: [Int]

    package init(
        truth: String? = nil, alteration: Alteration = .none, train: [Int], validation: [Int], test: [Int]
    ) {
        self.truth = truth
        self.alteration = alteration
        self.train = train
        self.validation = validation
        self.test = test
    }

    init(_ rows: [Int], _ sizes: SplitSizes) {
        let parts = sizes.divide(rows)
        self.init(train: parts.train, validation: parts.validation, test: parts.test)
    }

    /// The agent's shard, holding only its rows, training rows first; `memorability` is one number per row of `data`.
    package func shard(
        from data: Dataset, observer: String, task: Task, classes: Int, memorability: [Float]? = nil
    ) throws(ShardError) -> Shard {
        let rows = train + validation + test
        if let row = rows.first(where: { $0 < 0 || $0 >= data.count }) {
            throw .row(shard: observer, tensor: "split", row: row, reason: "the data set has only \(data.count) rows")
        }
        var picked = data.selecting(rows: rows)
        switch alteration {
        case .none: break
        case .turned(let quarters):
            guard let turned = picked.turned(quarters: quarters) else {
                throw .tensor(
                    shard: observer, name: "features", reason: "\(data.dimension) features are not a square image to turn")
            }
            picked = turned
        case .relabelled(let map):
            guard let relabelled = picked.relabelled(map) else {
                throw .tensor(shard: observer, name: "labels", reason: "they are not classes in 0..<\(map.count) to permute")
            }
            picked = relabelled
        }
        return try Shard(
            observer: observer, task: task, classes: classes, truth: truth, data: picked, train: Array(0..<train.count),
            validation: Array(train.count..<train.count + validation.count),
            test: Array(train.count + validation.count..<rows.count),
            memorability: memorability.map { all in rows.map { all[$0] } })
    }
}

extension Dataset {
    /// Every row as a square image, turned counter-clockwise; nil when the rows are no squares.
    package func turned(quarters: Int) -> Dataset? {
        let side = Int(Double(dimension).squareRoot().rounded())
        if side * side != dimension { return nil }
        let turns = ((quarters % 4) + 4) % 4
        if turns == 0 { return self }
        // Where each pixel of the turned image comes from.
        var source = Array(0..<dimension)
        for _ in 0..<turns {
            let before = source
            for i in 0..<side { for j in 0..<side { source[i * side + j] = before[j * side + side - 1 - i] } }
        }
        func gather<T>(_ pixels: [T]) -> [T] {
            var out: [T] = []
            out.reserveCapacity(pixels.count)
            for start in stride(from: 0, to: pixels.count, by: dimension) {
                for from in source { out.append(pixels[start + from]) }
            }
            return out
        }
        let changed: Features =
            switch features {
            case .float32(let values): .float32(gather(values))
            case .bytes(let bytes, let scale, let offset): .bytes(gather(bytes), scale: scale, offset: offset)
            }
        return Dataset(checkedFeatures: changed, dimension: dimension, targets: targets)
    }

    /// Every class replaced by map[class]; nil when the targets are not classes below the map's length.
    package func relabelled(_ map: [Int32]) -> Dataset? {
        guard case .classes(let ids) = targets, ids.allSatisfy({ map.indices.contains(Int($0)) }) else { return nil }
        return Dataset(checkedFeatures: features, dimension: dimension, targets: .classes(ids.map { map[Int($0)] }))
    }
}
