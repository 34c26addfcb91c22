// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramLearning
import EngramOperator
import EngramTensors
import EngramWire
import Testing

@Suite(.timeLimit(.minutes(5)))
struct PartitionPlanTests {
    @Test("every rotation re-uses every training row once, and nobody trains on test rows")
    func reuse() throws {
        var generator = SeededGenerator(seed: 3, "test")
        let parts = try Partition.reused(
            rows: 130, heldOut: 30, agents: 8, sizes: .fractions(validation: 0.1, test: 0), using: &generator)
        #expect(parts.count == 8)
        #expect(parts.map(\.truth) == ["r0", "r90", "r180", "r270", "r0", "r90", "r180", "r270"])
        for rotation in 0..<4 {
            let own = [parts[rotation], parts[rotation + 4]]
            #expect(own.flatMap { $0.train + $0.validation }.sorted() == Array(0..<100), "(m / k) n = 100")
            for part in own {
                #expect(part.train.count == 45 && part.validation.count == 5)
                #expect(part.test == Array(100..<130))
            }
        }
        #expect(parts[0].train != parts[1].train, "each rotation has an order of its own")
    }

    @Test("test rows can be fewer than there are, drawn for each agent")
    func fewTests() throws {
        var generator = SeededGenerator(seed: 3, "test")
        let parts = try Partition.reused(
            rows: 130, heldOut: 30, agents: 6, sizes: .counts(train: 40, validation: 10, test: 7), using: &generator)
        for part in parts {
            #expect(Set(part.test).count == 7 && part.test.allSatisfy { (100..<130).contains($0) })
            #expect(Set(part.train + part.validation).count == 50)
        }
        #expect(parts[0].test != parts[4].test)
    }

    @Test(
        "what cannot be had is refused",
        arguments: [(130, 130, 4, 1), (130, -1, 4, 1), (130, 30, 0, 1), (130, 30, 500, 1), (130, 30, 4, 101), (130, 30, 4, 90)])
    func refusals(rows: Int, heldOut: Int, agents: Int, train: Int) {
        var generator = SeededGenerator(seed: 3, "test")
        #expect(throws: LearningError.self) {
            try Partition.reused(
                rows: rows, heldOut: heldOut, agents: agents, sizes: .counts(train: train, validation: 20, test: 5),
                using: &generator)
        }
    }

    private static let data = try? Dataset(
        features: .float32((0..<80).map { Float($0) }), dimension: 4, targets: .classes((0..<20).map { $0 % 10 }))

    @Test("a published split is taken as it is")
    func published() throws {
        let lists: [(String, [Int64])] = [
            ("train_00", [3, 1, 4, 15]), ("test_00", [9]), ("train_01", [2, 6, 5, 8]), ("test_01", [7, 0]),
        ]
        let temporary = try TemporaryFolder()
        let path = try temporary.write(
            StoredZip.archive(lists.map { ($0, Npy.serialise(integers: $1, shape: [$1.count])) }), "s.npz")
        var plan = PartitionPlan()
        plan.kind = .published
        plan.split = try PublishedSplit(reading: path)
        plan.sizes = .fractions(validation: 0, test: 0)
        let agents = try plan(#require(Self.data), task: .classes, classes: 10)
        #expect(agents.map(\.id.rawValue) == ["agent-00", "agent-01"])
        // A row's features begin with four times its number.
        func rows(_ shard: Shard, _ which: [Int]) -> [Int] { which.map { Int(shard.data.floats(rows: [$0])[0]) / 4 } }
        #expect(Set(rows(agents[0].shard, agents[0].shard.train)) == [3, 1, 4, 15])
        #expect(rows(agents[1].shard, agents[1].shard.test) == [7, 0])
        plan.sizes = .fractions(validation: 0.25, test: 0)
        #expect(try plan(#require(Self.data), task: .classes, classes: 10).map(\.shard.validation.count) == [1, 1])
        plan.sizes = .counts(train: 1, validation: 1, test: 1)
        #expect(throws: OperatorError.self) { try plan(#require(Self.data), task: .classes, classes: 10) }
    }

    @Test("a split without test lists, or with lists of fractions, is refused, and the message names the list")
    func badSplits() throws {
        let temporary = try TemporaryFolder()
        let half = try temporary.write(StoredZip.archive([("train_00", Npy.serialise(integers: [1], shape: [1]))]), "half.npz")
        #expect(throws: OperatorError.self) { try PublishedSplit(reading: half) }
        let lists = [("train_00", Npy.serialise(floats: [1], shape: [1])), ("test_00", Npy.serialise(floats: [1], shape: [1]))]
        let error = #expect(throws: OperatorError.self) {
            try PublishedSplit(reading: try temporary.write(StoredZip.archive(lists), "floats.npz"))
        }
        #expect(error?.description.contains("train_00") == true)
    }
}

/// A ZIP archive whose members are stored, as numpy.savez writes them.
enum StoredZip {
    static func archive(_ members: [(name: String, bytes: [UInt8])]) -> [UInt8] {
        func little(_ value: Int, _ size: Int) -> [UInt8] { (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        var out: [UInt8] = [], directory: [UInt8] = []
        for (name, bytes) in members {
            let file = Array((name + ".npy").utf8)
            let sizes = little(Int(CRC32.checksum(bytes[...])), 4) + little(bytes.count, 4) + little(bytes.count, 4)
            let start = out.count
            out +=
                little(0x0403_4b50, 4) + little(20, 2) + little(0, 8) + sizes + little(file.count, 2) + little(0, 2) + file
                + bytes
            directory += little(0x0201_4b50, 4) + little(20, 2) + little(20, 2) + little(0, 8) + sizes + little(file.count, 2)
            directory += little(0, 12) + little(start, 4) + file
        }
        let end = little(0x0605_4b50, 4) + little(0, 4) + little(members.count, 2) + little(members.count, 2)
        return out + directory + end + little(directory.count, 4) + little(out.count, 4) + little(0, 2)
    }
}
