// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramLearning
import EngramTensors
import Testing

@Suite("Importers", .timeLimit(.minutes(5)))
struct ImportTests {
    static let images: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 255, 51, 102]
    static let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 2, 3, 4]

    /// A gzip file with one stored block.
    static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        func little(_ value: UInt32, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
        }
        let size = UInt32(bytes.count)
        return [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1] + little(size, 2) + little(~size, 2) + bytes
            + little(CRC32.checksum(bytes), 4) + little(size, 4)
    }

    @Test("IDX, plain and gzipped", arguments: [false, true])
    func idx(zipped: Bool) throws {
        let data = try Dataset(
            idxImages: zipped ? Self.gzip(Self.images) : Self.images, labels: zipped ? Self.gzip(Self.labels) : Self.labels)
        #expect(data.dimension == 2)
        #expect(data.classes == [3, 4])
        #expect(zip(data.floats(rows: [0, 1]), [-1, 1, -0.6, -0.2]).allSatisfy { abs($0 - $1) < 1e-6 })
        let twice = try Dataset.joined([data, data])
        #expect(twice.classes == [3, 4, 3, 4])
        #expect(twice.floats(rows: [3]) == data.floats(rows: [1]))
    }

    @Test("hostile IDX files are refused")
    func hostileIdx() {
        for count in 0..<Self.images.count {
            #expect(throws: LearningError.self) { try Idx(parsing: Array(Self.images.prefix(count))) }
        }
        let zipped = Self.gzip(Self.images)
        for count in 2..<zipped.count { #expect(throws: LearningError.self) { try Idx(parsing: Array(zipped.prefix(count))) } }
        #expect(throws: LearningError.self) { try Idx(parsing: zipped, limit: 10) }
        #expect(throws: LearningError.self) { try Idx(parsing: [0, 0, 8, 4] + [UInt8](repeating: 255, count: 16)) }
        #expect(throws: LearningError.self) { try Idx(parsing: [0, 0, 9, 1, 0, 0, 0, 1, 1]) }
        #expect(throws: LearningError.self) { try Dataset(idxImages: Self.images, labels: [0, 0, 8, 1, 0, 0, 0, 1, 3]) }
    }

    @Test("CSV with quotes, commas, line ends and a byte-order mark")
    func csv() throws {
        let text = "\u{FEFF}name,x,\"y \"\"z\"\"\"\r\n\"a,b\",1,2.5\r\n\"line\nend\",-3e2,\n\nplain,4,5"
        let table = try CSVTable(parsing: Array(text.utf8))
        #expect(table.columns == ["name", "x", "y \"z\""])
        #expect(table.count == 3)
        #expect(try table.texts("name") == ["a,b", "line\nend", "plain"])
        #expect(try table.numbers("x") == [1, -300, 4])
        #expect(try table.optionalNumbers("y \"z\"") == [2.5, nil, 5])
        #expect(throws: LearningError.self) { try table.numbers("y \"z\"") }
        #expect(throws: LearningError.self) { try table.numbers("name") }
        #expect(throws: LearningError.self) { try table.texts("none") }
        #expect(throws: LearningError.self) { try table.indices("x", below: 10) }
    }

    @Test(
        "broken CSV is refused",
        arguments: ["", "a,a\n1,2", "a,b\n1", "a,b\n1,2,3", "a\n\"x", "a\n\"x\"y", "a\nx\"y\"", "a\n1\n2,3"])
    func brokenCSV(text: String) {
        #expect(throws: LearningError.self) { try CSVTable(parsing: Array(text.utf8)) }
    }

    @Test("columns become a data set")
    func columns() throws {
        let table = try CSVTable(parsing: Array("u,v,label\n1,2,0\n3,4,2\n".utf8))
        let data = try table.dataset(features: ["v", "u"], label: "label", task: .classes)
        #expect(data.features == .float32([2, 1, 4, 3]))
        #expect(data.targets == .classes([0, 2]))
        #expect(try table.dataset(features: ["u"], label: "v", task: .scores).targets == .scores([2, 4]))
        #expect(throws: LearningError.self) { try table.dataset(features: ["u"], label: "label", task: .remembered) }
        #expect(throws: LearningError.self) { try table.dataset(features: [], label: "label", task: .classes) }
    }

    @Test("numpy arrays become a data set")
    func npy() throws {
        let features = try Npy(parsing: Npy.serialise(octets: [1, 2, 3, 4], shape: [2, 1, 2]))
        let labels = try Npy(parsing: Npy.serialise(integers: [1, 0], shape: [2]))
        let data = try Dataset(features: features, labels: labels, task: .classes, scale: 0.5)
        #expect(data.features == .bytes([1, 2, 3, 4], scale: 0.5, offset: 0))
        #expect(data.targets == .classes([1, 0]))
        let negative = try Npy(parsing: Npy.serialise(integers: [1, -1], shape: [2]))
        #expect(throws: LearningError.self) { try Dataset(features: features, labels: negative, task: .classes) }
        #expect(throws: LearningError.self) { try Dataset(features: labels, labels: labels, task: .classes) }
    }

    static func table() throws -> ObserverTable {
        let images = "image,cold,m\n0,0,0.5\n1,1,0.25\n2,0,1\n"
        var responses = "observer,image,hit,rating,test\n"
        for _ in 0..<10 { responses += "ann,0,1,5,0\n" }
        responses += "bob,2,0,3,0\nbob,1,-1,,1\nann,1,0,2,1\nbob,0,1,1,1\ncid,0,-1,,0\n"
        return try ObserverTable(
            images: CSVTable(parsing: Array(images.utf8)), responses: CSVTable(parsing: Array(responses.utf8)),
            features: Npy(parsing: Npy.serialise(floats: [0, 1, 10, 11, 20, 21], shape: [3, 2])))
    }

    @Test("an observer table becomes one shard per observer")
    func observers() throws {
        let shards = try Self.table().shards(label: "hit", task: .remembered, seed: 1, memorability: "m")
        #expect(shards.map(\.observer) == ["ann", "bob"])
        #expect([shards[0].train.count, shards[0].validation.count, shards[0].test.count] == [8, 2, 1])
        #expect(shards[0].coldTest == [10])
        #expect(shards[0].data.floats(rows: [10]) == [10, 11])
        #expect(shards[0].memorability?[10] == 0.25)
        #expect(shards[1].data.classes == [0, 1])
        #expect(shards[1].warmTest == [1])
        let scores = try Self.table().shards(
            label: "rating", task: .scores, validation: 0, seed: 1, standard: .init(mean: 3, deviation: 2))
        #expect(scores[1].data.targets == .scores([0, -1]))
        #expect(scores[0].train.count == 10)
    }

    @Test("contradictions in an observer table are refused")
    func badTables() throws {
        let table = try Self.table()
        #expect(throws: LearningError.self) { try table.shards(label: "none", task: .scores, seed: 1) }
        #expect(throws: LearningError.self) { try table.shards(label: "rating", task: .classes, classes: 3, seed: 1) }
        #expect(throws: LearningError.self) { try table.shards(label: "rating", task: .scores, validation: 1, seed: 1) }
        #expect(throws: LearningError.self) {
            try table.shards(label: "rating", task: .scores, seed: 1, standard: .init(mean: 0, deviation: 0))
        }
        let images = try CSVTable(parsing: Array("image,cold\n0,0\n".utf8))
        let features = Npy(shape: [1, 1], type: .f32, bytes: [0, 0, 0, 0])
        for responses in ["observer,image,r,test\na,1,1,0", "observer,image,r,test\na,0,1,2", "observer,image,r\na,0,1"] {
            let table = try ObserverTable(images: images, responses: CSVTable(parsing: Array(responses.utf8)), features: features)
            #expect(throws: LearningError.self) { try table.shards(label: "r", task: .scores, seed: 1) }
        }
    }
}
