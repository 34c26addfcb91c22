// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramTensors

/// An array of bytes in the IDX format of the MNIST files, plain or gzipped.
package struct Idx: Equatable, Sendable {
    package let shape: [Int]
    package let bytes: [UInt8]

    /// No file inflates to more.
    package static let sizeLimit = 1 << 30

    /// Throws `malformed` with the reason; only unsigned bytes (type 8) are known.
    package init(parsing file: [UInt8], limit: Int = Idx.sizeLimit) throws(LearningError) {
        let plain: [UInt8]
        if file.starts(with: [0x1f, 0x8b]) {
            do throws(BytesError) {
                plain = try Zlib.inflate(file[...], format: .gzip, limit: limit)
            } catch {
                throw Self.malformed("it cannot be inflated: \(error)")
            }
        } else {
            plain = file
        }
        if plain.count < 4 || plain[0] != 0 || plain[1] != 0 { throw Self.malformed("it does not begin with two zero bytes") }
        if plain[2] != 8 { throw Self.malformed("its element type is \(plain[2]), only 8 (bytes) is known") }
        let rank = Int(plain[3])
        if !(1...4).contains(rank) || plain.count < 4 + 4 * rank {
            throw Self.malformed("it has \(rank) dimensions or ends too early")
        }
        var shape: [Int] = []
        for i in 0..<rank {
            var size = 0
            for byte in plain[4 + 4 * i..<8 + 4 * i] { size = size << 8 | Int(byte) }
            shape.append(size)
        }
        let data = plain[(4 + 4 * rank)...]
        if TensorSpec.product(shape) != data.count {
            throw Self.malformed("the shape \(shape) does not fit its \(data.count) bytes")
        }
        self.shape = shape
        bytes = Array(data)
    }

    private static func malformed(_ reason: String) -> LearningError { .malformed(format: "IDX", reason: reason) }
}

extension Dataset {
    /// Images and labels in the IDX format; pixels stay bytes and become byte · scale + offset (by default −1…1, as PFLlib has
    /// it).
    package init(idxImages: [UInt8], labels: [UInt8], scale: Float = 2 / 255, offset: Float = -1) throws(LearningError) {
        let images = try Idx(parsing: idxImages)
        let ids = try Idx(parsing: labels)
        if images.shape.count < 2 || ids.shape != [images.shape[0]] {
            throw .badData("\(ids.shape) labels do not belong to \(images.shape) images")
        }
        try self.init(
            features: .bytes(images.bytes, scale: scale, offset: offset), dimension: images.shape.dropFirst().reduce(1, *),
            targets: .classes(ids.bytes.map { Int32($0) }))
    }

    /// Several data sets of one kind, one after the other; row numbers go on counting.
    package static func joined(_ sets: [Dataset]) throws(LearningError) -> Dataset {
        guard let first = sets.first else { throw .badData("nothing to join") }
        var (features, targets) = (first.features, first.targets)
        for set in sets.dropFirst() {
            switch (features, set.features) {
            case (.float32(let a), .float32(let b)): features = .float32(a + b)
            case (.bytes(let a, let scale, let offset), .bytes(let b, let otherScale, let otherOffset))
            where scale == otherScale && offset == otherOffset:
                features = .bytes(a + b, scale: scale, offset: offset)
            default: throw .badData("features of different kinds cannot be joined")
            }
            switch (targets, set.targets) {
            case (.classes(let a), .classes(let b)): targets = .classes(a + b)
            case (.scores(let a), .scores(let b)): targets = .scores(a + b)
            default: throw .badData("classes and scores cannot be joined")
            }
        }
        return try Dataset(features: features, dimension: first.dimension, targets: targets)
    }
}
