// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

/// The chances that an agent reports in the last exchange.
@Suite(.timeLimit(.minutes(5))) struct ChanceUploadTests {
    private let shard: Shard

    init() throws {
        var generator = SeededGenerator(seed: 5, "memory")
        let features = (0..<40).map { _ in Float(generator.normal()) }
        let data = try Dataset(
            features: .float32(features), dimension: 1, targets: .classes(features.map { $0 + 1 > 0 ? 1 : 0 }))
        shard = try Shard(
            observer: "a0", task: .remembered, classes: 2, data: data, train: Array(0..<16), validation: Array(16..<24),
            test: Array(24..<40))
    }

    private func upload(trains: Bool, _ change: (inout Recipe) -> Void = { _ in }) throws -> (Participant, Assignment, Parcel) {
        let participant = Participant(id: .toy(0), recipe: ToyFederation.recipe(change), shard: shard)
        let work = Assignment.toy(round: 1, base: 0, trains: trains)
        let model = participant.recipe.initialModel(participant.network, 0)
        return (participant, work, try participant.perform(work, models: [.cluster(1): model], memory: nil).upload)
    }

    private func evidence(
        _ of: (Participant, Assignment, Parcel), _ change: (inout Parcel) -> Void = { _ in }
    ) throws -> AgentEvidence {
        var parcel = of.2
        change(&parcel)
        return try UploadCheck(recipe: of.0.recipe, exchange: of.0.exchange).evidence(
            parcel.encoded(), from: Member(id: .toy(0), profile: AgentProfile(shard)), for: of.1)
    }

    @Test func theyAreToldInTheLastExchangeOnly() throws {
        #expect(try evidence(upload(trains: true)).rowsOfReport?.chances == nil)
        let chances = try #require(try evidence(upload(trains: false)).rowsOfReport?.chances)
        #expect(Set(chances.keys) == [.majority, .cluster, .personal, .deployed])
        #expect(chances.values.allSatisfy { $0.count == 16 })
        let rows = shard.test.count { shard.data.classes[$0] != 0 }
        #expect(chances[.majority]?.hits.reduce(0, +) == rows)
    }

    @Test func privacyKeepsThemBack() throws {
        let kept = try upload(trains: false) { $0.privacy = CentralPrivacy() }
        #expect(!kept.2.tensors.contains { $0.name.hasPrefix("chances/") })
        let told = try upload(trains: false)
        let tensor = try #require(told.2.tensor("chances/cluster"))
        #expect(throws: UpdateError.unasked("chances/cluster")) { try evidence(kept) { $0.tensors.append(tensor) } }
    }

    @Test func countsMustBeThoseOfTheTestRows() throws {
        let told = try upload(trains: false)
        for counts in [[Float](repeating: 0, count: 400), [Float](repeating: 1, count: 400), [16]] {
            let wrong = UpdateCodec.exact.pack(counts, name: "chances/cluster")
            #expect(throws: UpdateError.self) {
                try evidence(told) { parcel in
                    parcel.tensors.removeAll { $0.name == "chances/cluster" }
                    parcel.tensors.append(wrong)
                }
            }
        }
        let early = try upload(trains: true)
        let tensor = try #require(told.2.tensor("chances/cluster"))
        #expect(throws: UpdateError.unasked("chances/cluster")) { try evidence(early) { $0.tensors.append(tensor) } }
    }
}
