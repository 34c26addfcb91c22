// SPDX-License-Identifier: Apache-2.0

/// What an agent's copy of the data is changed by, so that groups of agents really differ.
package enum Alteration: Hashable, Sendable {
    case none
    /// Square images are turned counter-clockwise by so many quarters.
    case turned(quarters: Int)
    /// The class y becomes map[y].
    case relabelled(map: [Int32])
}

extension Alteration {
    fileprivate func applied(to data: Dataset, observer: String) throws(ShardError) -> Dataset {
        switch self {
        case .none: return data
        case .turned(let quarters):
            guard let turned = data.turned(quarters: quarters) else {
                throw .tensor(
                    shard: observer, name: "features", reason: "\(data.dimension) features are not a square image to turn")
            }
            return turned
        case .relabelled(let map):
            guard let relabelled = data.relabelled(map) else {
                throw .tensor(shard: observer, name: "labels", reason: "they are not classes in 0..<\(map.count) to permute")
            }
            return relabelled
        }
    }
}

/// One agent's share of a data set: row numbers, and what is done to its copy of them.
package struct AgentPart: Equatable, Sendable {
    /// The planted cluster, or nil when nothing was planted.
    package var truth: String?
    package var alteration: Alteration
    /// What becomes of its data in the middle of a run, or nil.
    package var drift: Drift?
    package var train: [Int]
    package var validation: [Int]
    package var test: [Int]

    /// From a round on, the same rows under another alteration: the agent now belongs to another group.
    package struct Drift: Equatable, Sendable {
        package var round: Int32
        package var truth: String?
        package var alteration: Alteration

        package init(round: Int32, truth: String?, alteration: Alteration) {
            self.round = round
            self.truth = truth
            self.alteration = alteration
        }
    }

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

    /// The agent's shard, holding only its rows, training rows first; `memorability` is one number per row of `data`. With a drift the
    /// rows come twice, as they are before it and as they are from then on, and the group is the later one.
    package func shard(
        from data: Dataset, observer: String, task: Task, classes: Int, memorability: [Float]? = nil
    ) throws(ShardError) -> Shard {
        let rows = train + validation + test
        if let row = rows.first(where: { $0 < 0 || $0 >= data.count }) {
            throw .row(shard: observer, tensor: "split", row: row, reason: "the data set has only \(data.count) rows")
        }
        let plain = data.selecting(rows: rows)
        var whole = try alteration.applied(to: plain, observer: observer)
        var lives: RowLives?
        if let drift {
            guard drift.round > 0 else {
                throw .tensor(
                    shard: observer, name: "arrives", reason: "a drift in round \(drift.round) is no drift: use 1 or later")
            }
            let later = try drift.alteration.applied(to: plain, observer: observer)
            guard let both = whole.appending(later) else {
                throw .tensor(
                    shard: observer, name: "features", reason: "the rows before and after the drift do not fit together")
            }
            whole = both
            let count = rows.count
            lives = RowLives(
                arrives: [Int32](repeating: 0, count: count) + [Int32](repeating: drift.round, count: count),
                leaves: [Int32](repeating: drift.round, count: count) + [Int32](repeating: RowLives.never, count: count))
        }
        // Where the rows of each phase begin.
        let phases = drift == nil ? [0] : [0, rows.count]
        func places(_ range: Range<Int>) -> [Int] { phases.flatMap { phase in range.map { phase + $0 } } }
        return try Shard(
            observer: observer, task: task, classes: classes, truth: drift == nil ? truth : drift?.truth, data: whole,
            train: places(0..<train.count), validation: places(train.count..<train.count + validation.count),
            test: places(train.count + validation.count..<rows.count),
            memorability: memorability.map { all in phases.flatMap { _ in rows.map { all[$0] } } }, lives: lives)
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

    /// These rows, then those of another set of the same kind; nil when the two do not go together.
    func appending(_ other: Dataset) -> Dataset? {
        guard dimension == other.dimension else { return nil }
        let both: Features
        switch (features, other.features) {
        case (.float32(let a), .float32(let b)): both = .float32(a + b)
        case (.bytes(let a, let scale, let offset), .bytes(let b, let other, let shift)) where scale == other && offset == shift:
            both = .bytes(a + b, scale: scale, offset: offset)
        default: return nil
        }
        switch (targets, other.targets) {
        case (.classes(let a), .classes(let b)):
            return Dataset(checkedFeatures: both, dimension: dimension, targets: .classes(a + b))
        case (.scores(let a), .scores(let b)):
            return Dataset(checkedFeatures: both, dimension: dimension, targets: .scores(a + b))
        default: return nil
        }
    }

    /// Every class replaced by map[class]; nil when the targets are not classes below the map's length.
    package func relabelled(_ map: [Int32]) -> Dataset? {
        guard case .classes(let ids) = targets, ids.allSatisfy({ map.indices.contains(Int($0)) }) else { return nil }
        return Dataset(checkedFeatures: features, dimension: dimension, targets: .classes(ids.map { map[Int($0)] }))
    }
}
