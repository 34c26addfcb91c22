// SPDX-License-Identifier: Apache-2.0
import CKernels
import EngramTensors

/// Rows of features with one target each.
package struct Dataset: Sendable {
    /// Row-major [count, dimension]; bytes stay bytes in memory and become `byte * scale + offset` a batch at a time.
    package enum Features: Sendable, Equatable {
        case float32([Float])
        case bytes([UInt8], scale: Float, offset: Float)
    }

    /// Class ids are also what remembered (1) or not (0) is stored as.
    package enum Targets: Sendable, Equatable {
        case classes([Int32])
        case scores([Float])

        package var count: Int {
            switch self {
            case .classes(let ids): ids.count
            case .scores(let scores): scores.count
            }
        }
    }

    package let features: Features
    package let targets: Targets
    package let count: Int
    package let dimension: Int

    /// Throws `badData` unless there are `dimension` finite features per target.
    package init(features: Features, dimension: Int, targets: Targets) throws(LearningError) {
        let stored: Int
        switch features {
        case .float32(let values):
            stored = values.count
            if !Kernels.isFinite(values) { throw .badData("a feature is not a finite number") }
        case .bytes(let bytes, let scale, let offset):
            stored = bytes.count
            if !scale.isFinite || !offset.isFinite { throw .badData("the features' scale is not a finite number") }
        }
        let (expected, overflow) = targets.count.multipliedReportingOverflow(by: dimension)
        if dimension < 1 || overflow || stored != expected {
            throw .badData("\(stored) features do not make \(targets.count) rows of \(dimension)")
        }
        self.features = features
        self.targets = targets
        self.dimension = dimension
        count = targets.count
    }

    /// The class ids (or remembered flags); empty for scores.
    package var classes: [Int32] { if case .classes(let ids) = targets { ids } else { [] } }
    /// The targets as numbers.
    package var scores: [Float] {
        switch targets {
        case .classes(let ids): ids.map { Float($0) }
        case .scores(let scores): scores
        }
    }

    /// The features of some rows as floats, [rows.count, dimension]; every row must be in 0..<count.
    package func floats(rows: [Int]) -> [Float] {
        unsafe [Float](unsafeUninitializedCapacity: max(1, rows.count * dimension)) { buffer, made in
            if let base = buffer.baseAddress { unsafe gather(rows[...], into: base) }
            made = rows.count * dimension
        }
    }

    /// The rows as a new data set; every row must be in 0..<count.
    package func selecting(rows: [Int]) -> Dataset {
        let picked: Features
        switch features {
        case .float32: picked = .float32(floats(rows: rows))
        case .bytes(let bytes, let scale, let offset):
            var out: [UInt8] = []
            out.reserveCapacity(rows.count * dimension)
            for row in rows { out += bytes[row * dimension..<(row + 1) * dimension] }
            picked = .bytes(out, scale: scale, offset: offset)
        }
        let chosen: Targets
        switch targets {
        case .classes(let ids): chosen = .classes(rows.map { ids[$0] })
        case .scores(let scores): chosen = .scores(rows.map { scores[$0] })
        }
        return Dataset(checkedFeatures: picked, dimension: dimension, targets: chosen)
    }

    /// For parts of a set that was checked.
    init(checkedFeatures features: Features, dimension: Int, targets: Targets) {
        self.features = features
        self.targets = targets
        self.dimension = dimension
        count = targets.count
    }

    /// Writes the rows' features to `out`, which must hold rows.count * dimension floats.
    @unsafe func gather(_ rows: ArraySlice<Int>, into out: UnsafeMutablePointer<Float>) {
        for row in rows { precondition(row >= 0 && row < count, "a row number is outside the data set") }
        unsafe rows.withUnsafeBufferPointer { index in
            guard let index = index.baseAddress else { return }
            switch features {
            case .float32(let values): unsafe ek_gather_float(rows.count, dimension, index, values, out)
            case .bytes(let bytes, let scale, let offset):
                unsafe ek_gather_bytes(rows.count, dimension, index, bytes, scale, offset, out)
            }
        }
    }
}
