// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramOperator
import EngramTensors
import EngramWire
import Foundation
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ImportTests {
    /// An IDX file: bytes [count, …].
    private func idx(_ shape: [Int], _ bytes: [UInt8]) -> [UInt8] {
        [0, 0, 8, UInt8(shape.count)] + shape.flatMap { [0, 0, UInt8($0 >> 8), UInt8($0 & 255)] } + bytes
    }

    private func shard(_ path: String) throws -> Shard {
        try Shard(safetensors: [UInt8](Data(contentsOf: URL(fileURLWithPath: path))), name: "read")
    }

    @Test("IDX files become one data set, and a partition of it a federation")
    func idxThenPartition() async throws {
        let temporary = try TemporaryFolder()
        let pixels = (0..<80 * 4).map { UInt8($0 & 255) }
        let images = try temporary.write(idx([80, 2, 2], pixels), "i")
        let labels = try temporary.write(idx([80], (0..<80).map { UInt8($0 % 4) }), "l")
        let set = temporary.path + "/set.safetensors"
        #expect(
            await EngramTool.execute(["data", "import", "idx", "--images", images, "--labels", labels, "--output", set, "--json"])
                == .success)
        #expect(try shard(set).data.count == 80 && shard(set).classes == 4)
        let folder = temporary.path + "/f"
        let arguments = [
            "data", "partition", "--data", set, "--kind", "hsu", "--alpha", "1", "--plant", "rotated", "--agents", "4", "--train",
            "10",
            "--validation", "5", "--test", "5", "--seed", "3", "--output", folder, "--json",
        ]
        #expect(await EngramTool.execute(arguments) == .success)
        let federation = try FederationFolder(reading: folder)
        #expect(federation.manifest.shards.map(\.truth) == ["r0", "r90", "r180", "r270"])
        #expect(try federation.agents().allSatisfy { $0.shard.train.count == 10 && $0.shard.test.count == 5 })
        #expect(await EngramTool.execute(["data", "inspect", folder]) == .success)
        #expect(await EngramTool.execute(arguments) == .badInput, "the folder is there already")
        #expect(await EngramTool.execute(arguments + ["--force"]) == .success)
    }

    @Test("npy arrays and CSV tables become the same data set")
    func npyAndCSV() async throws {
        let temporary = try TemporaryFolder()
        let features = try temporary.write(Npy.serialise(floats: [1, 2, 3, 4, 5, 6], shape: [3, 2]), "x.npy")
        let labels = try temporary.write(Npy.serialise(floats: [0.5, 1.5, 2.5], shape: [3]), "y.npy")
        let table = try temporary.write("a,b,score\n1,2,0.5\n3,4,1.5\n5,6,2.5\n", "t.csv")
        let (one, two) = (temporary.path + "/1.safetensors", temporary.path + "/2.safetensors")
        #expect(
            await EngramTool.execute(
                ["data", "import", "npy", "--features", features, "--labels", labels, "--task", "scores", "--output", one])
                == .success)
        #expect(
            await EngramTool.execute([
                "data", "import", "csv", "--file", table, "--label", "score", "--task", "scores", "--output", two,
            ])
                == .success)
        #expect(try shard(one).data.features == shard(two).data.features)
        #expect(try shard(one).data.targets == .scores([0.5, 1.5, 2.5]))
        #expect(
            await EngramTool.execute([
                "data", "import", "csv", "--file", table, "--label", "taste", "--task", "scores", "--output", two,
            ])
                == .badInput)
    }

    /// Three people, four images, two feature files.
    private func observers(in temporary: borrowing TemporaryFolder) throws {
        _ = try temporary.write("image,cold,name\n0,0,w\n1,0,x\n2,0,y\n3,1,z\n", "images.csv")
        var responses = "observer,image,beauty,test\n"
        for person in 0..<3 {
            for image in 0..<4 { responses += "\(person),\(image),\(1 + (person + image) % 4),\(image < 2 ? 0 : 1)\n" }
        }
        _ = try temporary.write(responses, "responses.csv")
        _ = try temporary.write(Npy.serialise(floats: [1, 2, 3, 6], shape: [4, 1]), "a.npy")
        _ = try temporary.write(Npy.serialise(floats: [0, 5, 1, 5, 0, 5, 1, 5], shape: [4, 2]), "b.npy")
    }

    @Test("people's responses become one shard a person, cold images flagged, constants recorded")
    func observerFolder() async throws {
        let temporary = try TemporaryFolder()
        try observers(in: temporary)
        let output = temporary.path + "/f"
        let status = await EngramTool.execute([
            "data", "import", "observers", "--folder", temporary.path, "--features", "a.npy,b.npy", "--label", "beauty", "--task",
            "scores",
            "--standardise", "--validation", "0.5", "--output", output,
        ])
        #expect(status == .success)
        let folder = try FederationFolder(reading: output)
        #expect(folder.ids.map(\.rawValue) == ["observer-0", "observer-1", "observer-2"])
        #expect(folder.manifest.inputs == 3)
        // Training answers: 1 2, 2 3, 3 4.
        let constants = try #require(folder.manifest.constants)
        #expect(constants.labelMean == 2.5)
        let deviation = try #require(constants.labelDeviation)
        #expect(abs(deviation - (5.5 / 6).squareRoot()) < 1e-9)
        #expect(constants.features == ["a.npy", "b.npy"] && constants.featuresStandardised)
        let shard = try folder.shard(folder.manifest.shards[0])
        let counts: [Int] = [shard.train.count, shard.validation.count, shard.test.count, shard.coldTest.count]
        #expect(counts == [1, 1, 2, 1])
        guard case .float32(let values) = shard.data.features else { return #expect(Bool(false), "features are not floats") }
        // Column 0 over the images: mean 3, variance 3.5; column 2 never changes.
        #expect(abs(values[0] - Float(-2 / 3.5.squareRoot())) < 1e-5)
        #expect(abs(values[1] + 1) < 1e-6 && values[2] == 0)
    }

    @Test("features of other images, and numbers that are none, are refused")
    func hostileFeatures() throws {
        let good = try Npy(parsing: Npy.serialise(floats: [1, 2], shape: [2, 1]))
        let longer = try Npy(parsing: Npy.serialise(floats: [1, 2, 3], shape: [3, 1]))
        let flat = try Npy(parsing: Npy.serialise(floats: [1, 2], shape: [2]))
        let broken = try Npy(parsing: Npy.serialise(floats: [1, .nan], shape: [2, 1]))
        for bad in [longer, flat, broken] {
            #expect(throws: OperatorError.self) { try FeatureTable([("good", good), ("bad", bad)], standardised: true) }
        }
        #expect(throws: OperatorError.self) { try FeatureTable([], standardised: false) }
    }
}
