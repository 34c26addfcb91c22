// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramOperator
import EngramTensors
import EngramWire
import Foundation
import Testing

/// Builders on small data sets of the real ones' form.
@Suite(.timeLimit(.minutes(5)))
struct FederationBuilderTests {
    @Test("rotated digits: counts, groups, and the same agents for the same seed")
    func rotatedDigits() throws {
        let temporary = try TemporaryFolder()
        try ToyEvidence.images(in: temporary.path + "/mnist", train: 120, test: 100)
        let data = EvidenceData(folder: temporary.path)
        let builder = RotatedDigits(agents: 8, images: 80, tests: 12, validation: 0.1)
        let agents = try builder.agents(seed: 5, data: data)
        #expect(agents.count == 8 && Set(agents.compactMap(\.shard.truth)) == ["r0", "r90", "r180", "r270"])
        for agent in agents {
            #expect(agent.shard.train.count == 36 && agent.shard.validation.count == 4 && agent.shard.test.count == 12)
        }
        #expect(agents[0].shard.data.floats(rows: [0]).max() == 200 * Float(1.0 / 255), "pixels from 0 to 1")
        #expect(try builder.agents(seed: 5, data: data).map(\.shard.data.targets) == agents.map(\.shard.data.targets))
        #expect(try builder.agents(seed: 6, data: data).map(\.shard.data.targets) != agents.map(\.shard.data.targets))
    }

    private static func clothes(in folder: String) throws -> EvidenceData {
        try ToyEvidence.images(in: folder + "/clothes", train: 500, test: 100)
        return EvidenceData(folder: nil, fashion: folder + "/clothes")
    }

    @Test("two shifts at once make groups that neither alone tells")
    func pairs() throws {
        let temporary = try TemporaryFolder()
        let data = try Self.clothes(in: temporary.path)
        let sizes = SplitSizes.counts(train: 12, validation: 4, test: 4)
        func build(_ turned: Bool, _ permuted: Bool) throws -> [(id: AgentID, shard: Shard)] {
            try ShiftedImages(.fashion, agents: 16, sizes: sizes, turned: turned, permuted: permuted).agents(seed: 1, data: data)
        }
        let both = try build(true, true), turned = try build(true, false), plain = try build(false, false)
        #expect(Set(both.compactMap(\.shard.truth)).count == 8)
        #expect(both[1].shard.truth == "r90 p0" && both[5].shard.truth == "r90 p1")
        let map = Partition.labelMap(classes: 10, group: 1)
        for index in both.indices {
            #expect(both[index].shard.data.features == turned[index].shard.data.features)
            let (now, before) = (both[index].shard.data.classes, turned[index].shard.data.classes)
            #expect(now == (index / 4 % 2 == 1 ? before.map { map[Int($0)] } : before))
        }
        #expect(plain.allSatisfy { $0.shard.truth == nil })
    }

    @Test("new people keep the first of their trials, and are the same people whatever their number")
    func newcomers() throws {
        let temporary = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: temporary.path + "/p", withIntermediateDirectories: true)
        _ = try temporary.write(
            "image,cold\n" + (0..<40).map { "\($0),\($0 % 5 == 0 ? 1 : 0)" }.joined(separator: "\n"), "p/images.csv")
        var responses = ["observer,image,liked,test"]
        for person in 0..<10 {
            for image in 0..<40 { responses.append("\(person),\(image),\((person + image) % 7),\(image % 5 == 0 ? 1 : 0)") }
        }
        _ = try temporary.write(responses.joined(separator: "\n"), "p/responses.csv")
        _ = try temporary.write(Npy.serialise(floats: (0..<80).map { Float($0 % 11) }, shape: [40, 2]), "p/f.npy")
        let set = PeopleSet("p", features: ["f.npy"], label: "liked", task: .scores, validation: 0.25, trials: 320, columns: 2)
        let data = EvidenceData(folder: temporary.path)
        func build(_ trials: Int?) throws -> [(id: AgentID, shard: Shard)] {
            try PeopleFederation(set, newcomers: trials.map { .init(share: 0.3, trials: $0) }).agents(seed: 2, data: data)
        }
        #expect(try build(nil).allSatisfy { $0.shard.train.count == 24 && $0.shard.validation.count == 8 })
        let none = try build(0), some = try build(8), more = try build(16)
        func new(_ agents: [(id: AgentID, shard: Shard)]) -> [(id: AgentID, shard: Shard)] {
            agents.filter { $0.id.rawValue.hasPrefix(PeopleFederation.newcomerPrefix) }
        }
        #expect(new(none).count == 3 && new(none).map(\.id) == new(some).map(\.id) && new(some).map(\.id) == new(more).map(\.id))
        for (index, agent) in new(none).enumerated() {
            #expect(agent.shard.train.isEmpty && agent.shard.validation.isEmpty && agent.shard.test.count == 8)
            let (few, many) = (new(some)[index].shard, new(more)[index].shard)
            #expect(few.train.count + few.validation.count == 8)
            #expect(Set(few.train).isSubset(of: many.train) && Set(few.validation).isSubset(of: many.validation))
        }
        #expect(some.count { $0.shard.train.count == 24 } == 7)
    }
}
