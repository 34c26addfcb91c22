// SPDX-License-Identifier: Apache-2.0

/// One observer's data: features, targets, optional memory responses, and which rows are for training, validation and test.
package struct Shard: Sendable {
    package let observer: String
    package let task: Task
    /// The number of classes; 2 for remembered or not, 1 for scores.
    package let classes: Int
    /// The planted cluster, only for evaluation; nil when nothing was planted.
    package let truth: String?
    package internal(set) var data: Dataset
    package internal(set) var train: [Int]
    package internal(set) var validation: [Int]
    package internal(set) var test: [Int]
    /// For each row whether its item is in no observer's training rows; nil when the shard does not say.
    package let cold: [Bool]?
    /// For each row how memorable its item is, 0…1.
    package let memorability: [Float]?
    /// For each row whether the observer remembered the item; kept beside another task's labels.
    package let remembered: [UInt8]?
    /// For each row when it is there; nil when all always are.
    package internal(set) var lives: RowLives?
    /// What the shard declares about its agent.
    package var circumstances: Circumstances

    /// Throws `ShardError` when targets, row lists or optional columns do not fit the task and the data.
    package init(
        observer: String, task: Task, classes: Int, truth: String? = nil, data: Dataset, train: [Int], validation: [Int],
        test: [Int],
        cold: [Bool]? = nil, memorability: [Float]? = nil, remembered: [UInt8]? = nil, lives: RowLives? = nil,
        circumstances: Circumstances = Circumstances()
    ) throws(ShardError) {
        self.observer = observer
        self.task = task
        self.classes = task == .scores ? 1 : task == .remembered ? 2 : classes
        self.truth = truth
        self.data = data
        self.train = train
        self.validation = validation
        self.test = test
        self.cold = cold
        self.memorability = memorability
        self.remembered = remembered
        self.lives = lives
        self.circumstances = circumstances
        try checkTargets()
        try checkColumns()
        try checkRows()
    }

    /// Test rows whose item some observer may have trained on; all of them when the shard does not say.
    package var warmTest: [Int] { cold.map { cold in test.filter { !cold[$0] } } ?? test }
    /// Test rows whose item is in no observer's training rows.
    package var coldTest: [Int] { cold.map { cold in test.filter { cold[$0] } } ?? [] }

    private func checkTargets() throws(ShardError) {
        if data.count == 0 {
            throw .tensor(shard: observer, name: "labels", reason: "there are no rows: leave this observer out")
        }
        if task == .classes && !(2...Shard.classLimit).contains(classes) {
            throw .metadata(
                shard: observer, key: "engram.classes",
                reason: "\(classes) classes are not usable, write 2 to \(Shard.classLimit)")
        }
        switch (task, data.targets) {
        case (.classes, .classes(let ids)), (.remembered, .classes(let ids)):
            if let row = ids.firstIndex(where: { $0 < 0 || Int($0) >= classes }) {
                throw .row(
                    shard: observer, tensor: "labels", row: row,
                    reason: "the label is \(ids[row]), it must be in 0..<\(classes): correct it, or engram.classes")
            }
        case (.scores, .scores(let scores)):
            if let row = scores.firstIndex(where: { !$0.isFinite }) {
                throw .row(
                    shard: observer, tensor: "labels", row: row, reason: "the score is not a finite number: leave the row out")
            }
        case (.scores, .classes):
            throw .tensor(shard: observer, name: "labels", reason: "class ids cannot be scores: store them as F32")
        case (.classes, .scores), (.remembered, .scores):
            throw .tensor(
                shard: observer, name: "labels", reason: "the task “\(task.rawValue)” needs class ids: store them as I64")
        }
    }

    private func checkColumns() throws(ShardError) {
        let lengths = [("cold", cold?.count), ("memorability", memorability?.count), ("remembered", remembered?.count)]
        try lives?.check(rows: data.count, shard: observer)
        for case (let name, let count?) in lengths where count != data.count {
            throw .tensor(shard: observer, name: name, reason: "it has \(count) rows, the features have \(data.count)")
        }
        if let row = memorability?.firstIndex(where: { !(0...1).contains($0) }) {
            throw .row(shard: observer, tensor: "memorability", row: row, reason: "it must be in 0…1: rescale the column")
        }
        if let row = remembered?.firstIndex(where: { $0 > 1 }) {
            throw .row(
                shard: observer, tensor: "remembered", row: row, reason: "it must be 0 or 1: leave rows without a response out")
        }
    }

    private func checkRows() throws(ShardError) {
        var seen = [Bool](repeating: false, count: data.count)
        for row in [train, validation, test].joined() {
            if row < 0 || row >= data.count {
                throw .row(shard: observer, tensor: "split", row: row, reason: "there are only \(data.count) rows")
            }
            if seen[row] { throw .row(shard: observer, tensor: "split", row: row, reason: "the row has two uses") }
            seen[row] = true
        }
    }

    static let classLimit = 1 << 20
}
