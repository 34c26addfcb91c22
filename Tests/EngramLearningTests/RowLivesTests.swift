// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Testing

@Suite("Streams and circumstances", .timeLimit(.minutes(5)))
struct RowLivesTests {
    private func shard(_ lives: RowLives?, _ circumstances: Circumstances = Circumstances()) throws -> Shard {
        try Shard(
            observer: "o", task: .classes, classes: 3, data: Toy.data(.classes, rows: 6, inputs: 2), train: [0, 1, 2],
            validation: [3, 4], test: [5], lives: lives, circumstances: circumstances)
    }

    @Test("rows come and go")
    func present() throws {
        let never = RowLives.never
        let stream = try shard(RowLives(arrives: [0, 3, 0, 0, 4, 2], leaves: [3, never, never, 4, never, 3]))
        #expect(stream.present(in: 1).train == [0, 2])
        #expect(stream.present(in: 1).validation == [3])
        #expect(stream.present(in: 1).test == [])
        #expect(stream.present(in: 2).test == [5])
        #expect(stream.present(in: 3).train == [1, 2])
        #expect(stream.present(in: 3).validation == [3])
        #expect(stream.present(in: 4).validation == [4])
        #expect(stream.present(in: .max).train == [1, 2])
        #expect(stream.present(in: 3).lives == nil)
        #expect(try shard(nil).present(in: 3).train == [0, 1, 2])
    }

    @Test("what is written is read back")
    func roundTrip() throws {
        var device = DeviceProfile()
        device.rowsPerSecond = 812.5
        device.gains = [1e-9, 3.5e-11]
        let lives = RowLives(arrives: [0, 1, 70_000, 0, 4, 2], leaves: [3, .max, 1_000_000, 4, .max, 3])
        let written = try shard(lives, Circumstances(device: device, joins: 12, budget: 0.0625))
        let read = try Shard(safetensors: written.safetensors(), name: "x")
        #expect(read.lives == lives)
        #expect(read.circumstances == written.circumstances)
        #expect(ShardTests.same(read, written))
        #expect(try Shard(safetensors: shard(nil).safetensors(), name: "x").lives == nil)
        #expect(try Shard(safetensors: shard(nil).safetensors(), name: "x").circumstances == Circumstances())
    }

    @Test("columns that cannot be are refused")
    func hostile() throws {
        func expect(_ text: String, _ extra: [Safetensors.Tensor], _ metadata: [String: String] = [:]) {
            do throws(ShardError) {
                let base = ["engram.task": "classes", "engram.classes": "3"]
                _ = try Shard(
                    safetensors: ShardTests.file(extra: extra, metadata: base.merging(metadata) { $1 }), name: "x")
                Issue.record("accepted: \(text)")
            } catch {
                #expect(error.description.contains(text), "\(error)")
            }
        }
        func column(_ name: String, _ values: [Int32]) -> Safetensors.Tensor {
            let bytes = values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * Int32($0))) } }
            return .init(name: name, type: .i32, shape: [values.count], bytes: bytes[...])
        }
        expect("rounds count from 0", [column("arrives", [0, -1, 0, 0])])
        expect("row 2: it leaves in round 0", [column("leaves", [1, 1, 0, 1])])
        expect("leaves in round 3 and arrives in round 3", [column("arrives", [0, 0, 0, 3]), column("leaves", [9, 9, 9, 3])])
        expect("must be [4]", [column("arrives", [0, 0])])
        expect("use I32", [.init(name: "arrives", shape: [4], integers: [0, 0, 0, 0])])
        expect("use I32", [.init(name: "leaves", shape: [4], floats: [1, 1, 1, 1])])
        for joins in ["0", "-1", "two", "1e9", "99999999999999999999"] { expect("engram.joins", [], ["engram.joins": joins]) }
        for budget in ["0", "-1", "2", "half", "nan", "inf"] { expect("engram.budget", [], ["engram.budget": budget]) }
        for device in [
            "", "[]", "{\"power\":\"much\"}", "{\"power\":0}", "{\"frequency\":1e300}", "{\"gains\":[]}", "{\"gains\":[2]}",
            "{\"bandwidth\":-1}", "{\"rows_per_second\":0}", "{\"churn\":1e9}", String(repeating: " ", count: 1 << 15) + "{}",
        ] { expect("engram.device", [], ["engram.device": device]) }
        #expect(throws: ShardError.self) { try shard(RowLives(arrives: [0], leaves: [1])) }
    }

    @Test("every field of a device has a default")
    func defaults() throws {
        let file = ShardTests.file(metadata: ["engram.task": "classes", "engram.classes": "3", "engram.device": "{\"power\": 2}"])
        let device = try #require(Shard(safetensors: file, name: "x").circumstances.device)
        var expected = DeviceProfile()
        expected.power = 2
        #expect(device == expected)
        #expect(DeviceProfile().problem == nil)
    }
}
