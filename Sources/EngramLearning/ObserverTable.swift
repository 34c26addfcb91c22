// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// People's responses to a common set of images, and the features of these images: one shard per observer is made of them.
package struct ObserverTable: Sendable {
    /// Takes a label to (label − mean) / deviation. The constants belong to the whole federation and must be given: no agent may
    /// compute them from the others' labels.
    package struct Standard: Hashable, Sendable {
        package let mean: Double
        package let deviation: Double

        package init(mean: Double, deviation: Double) {
            self.mean = mean
            self.deviation = deviation
        }
    }

    /// What a part is taken of for validation.
    package enum ValidationUnit: String, CaseIterable, Sendable {
        /// Of each observer's rows: others may train on the same images.
        case rows
        /// Of the images: nobody trains on them, so choices are made on images as new as the cold ones.
        case images
    }

    private let images: CSVTable
    private let responses: CSVTable
    private let features: Npy

    /// `images` has the columns image and cold; `responses` observer, image, the label and test; `features` is [images, d], its
    /// row
    /// numbers being the image ids. Throws `badData` when features and images do not fit.
    package init(images: CSVTable, responses: CSVTable, features: Npy) throws(LearningError) {
        guard features.shape.count == 2, features.shape[1] > 0 else {
            throw .badData("the features have the shape \(features.shape), they must be [images, features]")
        }
        if images.count > features.shape[0] {
            throw .badData("\(images.count) images are listed, there are features of \(features.shape[0])")
        }
        self.images = images
        self.responses = responses
        self.features = features
    }

    /// One shard per observer, ordered by first appearance; rows without a response (an empty field, or −1 for `remembered`)
    /// are left
    /// out, and so are observers without any row.
    ///
    /// Rows with test == 0 are for training, a seeded part `validation` of them (15 % is usual) for validation; rows with test
    /// == 1
    /// for test. `cold` comes from the image; `memorability`, if that column of the images is named, too.
    package func shards(
        label: String, task: Task, classes: Int = 2, validation: Double = 0.15, of unit: ValidationUnit = .rows, seed: UInt64,
        standard: Standard? = nil,
        memorability: String? = nil
    ) throws(LearningError) -> [Shard] {
        _ = try SplitSizes.fractions(validation: validation, test: 0).validated()
        if let standard, !(standard.deviation > 0 && standard.deviation.isFinite && standard.mean.isFinite) {
            throw .badData("labels cannot be divided by the deviation \(standard.deviation)")
        }
        let limit = features.shape[0]
        let ids = try images.indices("image", below: limit)
        var cold = [Bool](repeating: false, count: limit)
        for (id, flag) in zip(ids, try images.indices("cold", below: 2)) { cold[id] = flag == 1 }
        var memorable: [Float]?
        if let memorability {
            var column = [Float](repeating: 0, count: limit)
            for (id, value) in zip(ids, try images.numbers(memorability)) { column[id] = Float(value) }
            memorable = column
        }
        let listed = Set(ids)
        let observers = try responses.texts("observer")
        let shown = try responses.indices("image", below: limit)
        let test = try responses.indices("test", below: 2)
        let labels = try responses.optionalNumbers(label)
        var order: [String] = []
        var rows: [String: [Int]] = [:]
        for row in 0..<responses.count {
            guard let value = labels[row], !(task == .remembered && value == -1) else { continue }
            if task != .scores && !(value >= 0 && value < Double(task == .remembered ? 2 : classes) && value == value.rounded()) {
                throw .badData("column “\(label)”, row \(row + 1): \(value) is no class id")
            }
            if !listed.contains(shown[row]) { throw .badData("row \(row + 1) shows image \(shown[row]), which is not listed") }
            if rows[observers[row]] == nil { order.append(observers[row]) }
            rows[observers[row], default: []].append(row)
        }
        let values = features.floats()
        let width = features.shape[1]
        var heldImages: Set<Int> = []
        if unit == .images {
            var trained = Set(rows.values.joined().filter { test[$0] == 0 }.map { shown[$0] }).sorted()
            var generator = SeededGenerator(seed: seed, "validation images")
            generator.shuffle(&trained)
            heldImages = Set(trained.suffix(Int((Double(trained.count) * validation).rounded())))
        }
        var shards: [Shard] = []
        for observer in order {
            let own = rows[observer] ?? []
            var picked: [Float] = []
            picked.reserveCapacity(own.count * width)
            for row in own { picked += values[shown[row] * width..<(shown[row] + 1) * width] }
            let numbers = own.map { labels[$0] ?? 0 }
            let targets: Dataset.Targets =
                task == .scores
                ? .scores(numbers.map { Float(($0 - (standard?.mean ?? 0)) / (standard?.deviation ?? 1)) })
                : .classes(numbers.map { Int32($0) })
            let data = try Dataset(features: .float32(picked), dimension: width, targets: targets)
            var training = own.indices.filter { test[own[$0]] == 0 }
            var held = training.count { heldImages.contains(shown[own[$0]]) }
            if unit == .rows {
                var generator = SeededGenerator(seed: seed, "validation", observer)
                generator.shuffle(&training)
                held = Int((Double(training.count) * validation).rounded())
            } else {
                training =
                    training.filter { !heldImages.contains(shown[own[$0]]) }
                    + training.filter { heldImages.contains(shown[own[$0]]) }
            }
            do throws(ShardError) {
                shards.append(
                    try Shard(
                        observer: observer, task: task, classes: classes, data: data, train: training.dropLast(held).sorted(),
                        validation: training.suffix(held).sorted(), test: own.indices.filter { test[own[$0]] == 1 },
                        cold: own.map { cold[shown[$0]] }, memorability: memorable.map { column in own.map { column[shown[$0]] } }
                    ))
            } catch {
                throw .badData(error.description)
            }
        }
        return shards
    }
}
