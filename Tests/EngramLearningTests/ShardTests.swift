// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Testing

@Suite("Shards", .timeLimit(.minutes(5)))
struct ShardTests {
    static func file(
        features: Safetensors.Tensor = .init(name: "features", shape: [4, 2], floats: [1, 2, 3, 4, 5, 6, 7, 8]),
        labels: Safetensors.Tensor? = .init(name: "labels", shape: [4], integers: [0, 1, 2, 0]), extra: [Safetensors.Tensor] = [],
        metadata: [String: String] = ["engram.task": "classes", "engram.classes": "3", "engram.observer": "ann"]
    ) -> [UInt8] {
        Safetensors.serialise([features] + (labels.map { [$0] } ?? []) + extra, metadata: metadata)
    }

    static func same(_ a: Shard, _ b: Shard) -> Bool {
        a.observer == b.observer && a.task == b.task && a.classes == b.classes && a.truth == b.truth
            && a.data.features == b.data.features && a.data.targets == b.data.targets && a.train == b.train
            && a.validation == b.validation && a.test == b.test && a.cold == b.cold && a.memorability == b.memorability
            && a.remembered == b.remembered
    }

    @Test("reads every column", arguments: Task.allCases)
    func roundTrip(task: Task) throws {
        var data = try Toy.data(task, rows: 6, inputs: 3)
        if task == .remembered {
            data = try Dataset(features: .bytes(Array(0..<18), scale: 0.5, offset: -1), dimension: 3, targets: data.targets)
        }
        let shard = try Shard(
            observer: "größe", task: task, classes: 3, truth: "r90", data: data, train: [0, 3], validation: [1, 5], test: [2, 4],
            cold: [false, false, true, false, false, true], memorability: [0, 1, 0.5, 0.25, 0.1, 0.9],
            remembered: [0, 1, 1, 0, 0, 1])
        #expect(Self.same(try Shard(safetensors: shard.safetensors(), name: "x"), shard))
        #expect(shard.warmTest == [4])
        #expect(shard.coldTest == [2])
        #expect(ModelSpec(fitting: shard, hidden: [4]).problem == nil)
    }

    @Test("rows of no use are not written")
    func unused() throws {
        let shard = try Shard(
            observer: "o", task: .scores, classes: 1, data: try Toy.data(.scores, rows: 5, inputs: 2), train: [4], validation: [],
            test: [1])
        let read = try Shard(safetensors: shard.safetensors(), name: "o")
        #expect(read.data.count == 2)
        #expect(read.data.floats(rows: read.train) == shard.data.floats(rows: [4]))
        #expect(read.data.floats(rows: read.test) == shard.data.floats(rows: [1]))
    }

    @Test("half floats become floats, bytes stay bytes")
    func types() throws {
        let half = Safetensors.Tensor(name: "features", type: .f16, shape: [4, 1], bytes: [0, 0x3c, 0, 0x40, 0, 0xbc, 0, 0])
        #expect(try Shard(safetensors: Self.file(features: half), name: "x").data.features == .float32([1, 2, -1, 0]))
        let bytes = Safetensors.Tensor(name: "features", shape: [4, 1], octets: [0, 1, 2, 255])
        var metadata = ["engram.task": "classes", "engram.classes": "3", "engram.scale": "0.5"]
        let shard = try Shard(safetensors: Self.file(features: bytes, metadata: metadata), name: "x")
        #expect(shard.data.features == .bytes([0, 1, 2, 255], scale: 0.5, offset: 0))
        #expect(shard.observer == "x")
        for scale in [nil, "0", "nan", "much"] {
            metadata["engram.scale"] = scale
            let file = Self.file(features: bytes, metadata: metadata)
            #expect(throws: ShardError.self) { try Shard(safetensors: file, name: "x") }
        }
    }

    @Test("without a split the rows are divided 70/15/15, always alike")
    func split() throws {
        let data = try Toy.data(.classes, rows: 100, inputs: 2)
        let file = Safetensors.serialise(
            [
                .init(name: "features", shape: [100, 2], floats: data.floats(rows: Array(0..<100))[...]),
                .init(name: "labels", shape: [100], integers: data.classes.map { Int64($0) }),
            ], metadata: ["engram.task": "classes", "engram.classes": "3"])
        let shard = try Shard(safetensors: file, name: "ann")
        #expect([shard.train.count, shard.validation.count, shard.test.count] == [70, 15, 15])
        #expect((shard.train + shard.validation + shard.test).sorted() == Array(0..<100))
        #expect(Self.same(try Shard(safetensors: file, name: "ann"), shard))
        #expect(try Shard(safetensors: file, name: "bob").train != shard.train)
    }

    @Test("remembered flags may stand alone as labels")
    func rememberedAlone() throws {
        let flags = Safetensors.Tensor(name: "remembered", shape: [4], octets: [0, 1, 1, 0])
        let shard = try Shard(
            safetensors: Self.file(labels: nil, extra: [flags], metadata: ["engram.task": "remembered"]), name: "x")
        #expect(shard.data.classes == [0, 1, 1, 0])
        #expect(shard.classes == 2)
    }

    @Test("says which tensor or row is wrong")
    func refused() throws {
        func expect(_ text: String, _ file: [UInt8], _ location: SourceLocation = #_sourceLocation) {
            do throws(ShardError) {
                _ = try Shard(safetensors: file, name: "x")
                Issue.record("the file was accepted", sourceLocation: location)
            } catch {
                #expect(error.description.contains(text), "\(error)", sourceLocation: location)
            }
        }
        let classes = ["engram.task": "classes", "engram.classes": "3"]
        expect("safetensors", [1, 2, 3])
        expect("“labels” is missing", Self.file(labels: nil))
        expect(
            "“features” is missing", Safetensors.serialise([.init(name: "labels", shape: [0], integers: [])], metadata: classes))
        expect("row 1: the label is 3", Self.file(labels: .init(name: "labels", shape: [4], integers: [0, 3, 0, 0])))
        expect("row 2: the label is -1", Self.file(labels: .init(name: "labels", shape: [4], integers: [0, 0, -1, 0])))
        expect("row 0: the label \(Int64.max)", Self.file(labels: .init(name: "labels", shape: [4], integers: [.max, 0, 0, 0])))
        expect("must be [4]", Self.file(labels: .init(name: "labels", shape: [3], integers: [0, 0, 0])))
        expect("must be I64", Self.file(labels: .init(name: "labels", shape: [4], floats: [0, 0, 0, 0])))
        expect("must be F32", Self.file(metadata: ["engram.task": "scores"]))
        expect(
            "row 3: the score",
            Self.file(labels: .init(name: "labels", shape: [4], floats: [0, 0, 0, .nan]), metadata: ["engram.task": "scores"]))
        expect(
            "row 1: feature 0", Self.file(features: .init(name: "features", shape: [4, 2], floats: [0, 0, .nan, 0, 0, 0, 0, 0])))
        expect(
            "must be [rows, features]",
            Self.file(features: .init(name: "features", shape: [8], floats: [0, 0, 0, 0, 0, 0, 0, 0])))
        expect("must be [rows, features]", Self.file(features: .init(name: "features", shape: [4, 0], floats: [])))
        expect("not a task", Self.file(metadata: ["engram.task": "rank"]))
        expect("engram.classes", Self.file(metadata: ["engram.task": "classes"]))
        expect("engram.classes", Self.file(metadata: ["engram.task": "classes", "engram.classes": "-3"]))
        expect("row 0: it is 3", Self.file(extra: [.init(name: "split", shape: [4], octets: [3, 0, 0, 0])]))
        expect("“cold”", Self.file(extra: [.init(name: "cold", shape: [3], octets: [0, 0, 0])]))
        expect("“memorability”, row 2", Self.file(extra: [.init(name: "memorability", shape: [4], floats: [0, 0, 2, 0])]))
        expect("“remembered”, row 1", Self.file(extra: [.init(name: "remembered", shape: [4], octets: [0, 2, 0, 0])]))
        expect(
            "there are no rows",
            Self.file(
                features: .init(name: "features", shape: [0, 2], floats: []),
                labels: .init(name: "labels", shape: [0], integers: [])))
    }

    @Test("a row has one use, and lies inside")
    func rows() throws {
        let data = try Toy.data(.scores, rows: 3, inputs: 2)
        for (train, test) in [([0, 0], []), ([0], [0]), ([3], []), ([-1], [])] as [([Int], [Int])] {
            #expect(throws: ShardError.self) {
                try Shard(observer: "o", task: .scores, classes: 1, data: data, train: train, validation: [], test: test)
            }
        }
    }

    @Test("the majority answer, by hand")
    func majority() throws {
        let data = try Dataset(features: .float32([0, 0, 0, 0, 0]), dimension: 1, targets: .classes([2, 1, 2, 1, 2]))
        let shard = try Shard(
            observer: "o", task: .classes, classes: 3, data: data, train: [0, 1, 2], validation: [], test: [3, 4])
        let answer = MajorityAnswer(shard)
        #expect(answer.answer == 2)
        let levels: [Double] = [1 / 6, 2 / 6, 3 / 6]
        #expect(answer.levels == levels)
        #expect(answer.evaluate(shard.data, rows: shard.test).metric == 0.5)
        let hits = MajorityAnswer(
            task: .remembered, classes: 2,
            data: try Dataset(features: .float32([0, 0]), dimension: 1, targets: .classes([1, 1])),
            rows: [0, 1])
        #expect(hits.levels == [0.75])
        let scores = try Dataset(features: .float32([0, 0]), dimension: 1, targets: .scores([1, 3]))
        let mean = MajorityAnswer(task: .scores, classes: 1, data: scores, rows: [0, 1])
        #expect(mean.evaluate(scores, rows: [0, 1]) == Evaluation(count: 2, loss: 0.5, metric: 0))
    }
}
