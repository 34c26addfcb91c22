// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct UploadCheckTests {
    let honest: Parcel
    let participant: Participant
    let work: Assignment
    let member: Member

    init() throws {
        let shard = try #require(try ToyFederation(groups: [0]).shards[.toy(0)])
        participant = Participant(id: .toy(0), recipe: ToyFederation.recipe { $0.maximumNorm = 100 }, shard: shard)
        work = .toy(round: 1, base: 0, more: [(.cluster(2), .candidate), (.cluster(3), .probe)])
        let model = participant.recipe.initialModel(participant.network, 0)
        honest = try participant.perform(
            work, models: Dictionary(uniqueKeysWithValues: work.offers.map { ($0.slot, model) }), memory: nil
        )
        .upload
        member = Member(id: .toy(0), profile: AgentProfile(shard))
    }

    private func check(_ parcel: Parcel, _ assignment: Assignment? = nil) throws(UpdateError) -> AgentEvidence {
        try check(bytes: parcel.encoded(), assignment)
    }

    private func check(bytes: [UInt8], _ assignment: Assignment? = nil) throws(UpdateError) -> AgentEvidence {
        try UploadCheck(recipe: participant.recipe, exchange: participant.exchange).evidence(
            bytes, from: member, for: assignment ?? work)
    }

    private func changed(_ change: (inout Parcel) -> Void) -> Parcel {
        var parcel = honest
        change(&parcel)
        return parcel
    }

    @Test func anHonestUploadPasses() throws {
        let evidence = try check(honest)
        #expect(evidence.home == .cluster(1))
        #expect(evidence.rows == 24)
        #expect(evidence.trained == [.cluster(1), .cluster(2)])
        #expect(evidence.slots.count == 3)
        #expect(evidence.signature?.values.count == 64)
        #expect(evidence.rowsOfReport?.test[.cluster]?.count == 12)
    }

    @Test func garbageAndTruncationsAreUnreadable() {
        let bytes = honest.encoded()
        for hurt in [[], [0], Array("EGP1".utf8), bytes + [0], Array(bytes.reversed())] {
            #expect(throws: UpdateError.self) { try check(bytes: hurt) }
        }
        for length in stride(from: 0, to: bytes.count, by: 7) {
            #expect(throws: UpdateError.self) { try check(bytes: Array(bytes[..<length])) }
        }
    }

    @Test func bitFlipsNeverTrap() {
        let bytes = honest.encoded()
        var generator = SeededGenerator(seed: 8)
        var refused = 0
        for _ in 0..<2000 {
            var hurt = bytes
            hurt[generator.below(hurt.count)] ^= UInt8(1 << generator.below(8))
            if (try? check(bytes: hurt)) == nil { refused += 1 }
        }
        #expect(refused > 200)
    }

    @Test(arguments: [
        "rows", "home/c1", "slot/c1/validation_rows", "slot/c1/validation_loss", "slot/c2/gain", "slot/c3/gain_deviation",
        "slot/c3/validation_metric",
    ]) func everyFigureIsNeeded(name: String) {
        let parcel = changed { $0.scalars[name] = nil }
        let error = #expect(throws: UpdateError.self) { try check(parcel) }
        guard case .missing = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func rowCountsAreHeldToWhatWasDeclared() {
        #expect(throws: UpdateError.tooManyRows(claimed: 25, declared: 24)) { try check(changed { $0.scalars["rows"] = 25 }) }
        for value in [-1, 0.5, 1e13, 1e300, -0.5] {
            #expect(throws: UpdateError.missing("rows")) { try check(changed { $0.scalars["rows"] = value }) }
        }
        for value in [-1, 31, 1e300] {
            #expect(throws: UpdateError.missing("slot/c1/validation_rows")) {
                try check(changed { $0.scalars["slot/c1/validation_rows"] = value })
            }
        }
        let error = #expect(throws: UpdateError.self) { try check(changed { $0.scalars["rows"] = .nan }) }
        guard case .unreadable = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func wildFiguresAreBounded() throws {
        let evidence = try check(
            changed {
                for name in $0.scalars.keys where name.contains("loss") || name.contains("metric") || name.contains("gain") {
                    $0.scalars[name] = 1e308
                }
                $0.scalars["report/test/cluster/rows"] = 1e300
            })
        let figures = try #require(evidence.slots[.cluster(1)])
        #expect(figures.validation.loss == Evaluation.divergedLoss)
        #expect(figures.validation.metric == 1)
        #expect(figures.gain == Evaluation.divergedLoss)
        #expect(figures.trainLoss == Evaluation.divergedLoss)
        #expect(evidence.rowsOfReport?.test[.cluster] == nil)
        #expect(evidence.rowsOfReport?.test[.majority]?.metric == 1)
    }

    @Test func weightsAreCutToTheRecipesBound() throws {
        var recipe = participant.recipe
        recipe.maximumRows = 5
        let evidence = try UploadCheck(recipe: recipe, exchange: participant.exchange).evidence(
            honest.encoded(), from: member, for: work)
        #expect(evidence.rows == 5)
    }

    @Test func tensorsMustBeAskedFor() {
        let extra = UpdateCodec.exact.pack([1], name: "update/c3")
        #expect(throws: UpdateError.unasked("update/c3")) { try check(changed { $0.tensors.append(extra) }) }
        let stray = UpdateCodec.exact.pack([1], name: "photos")
        #expect(throws: UpdateError.unasked("photos")) { try check(changed { $0.tensors.append(stray) }) }
        let last = Assignment.toy(round: 1, base: 0, trains: false, more: [(.cluster(2), .candidate), (.cluster(3), .probe)])
        #expect(throws: UpdateError.self) { try check(honest, last) }
    }

    @Test func tensorsMustBeThereInShapeAndFinite() {
        for name in ["update/c1", "update/c2", "signature"] {
            #expect(throws: UpdateError.missing(name)) { try check(changed { $0.tensors.removeAll { $0.name == name } }) }
            let short = changed { parcel in
                parcel.tensors = parcel.tensors.map { $0.name == name ? UpdateCodec.exact.pack([1, 2], name: name) : $0 }
            }
            let expected = name == "signature" ? 64 : participant.exchange.shared.count
            #expect(throws: UpdateError.wrongShape(tensor: name, expected: expected, found: 2)) { try check(short) }
            for value in [Float.nan, .infinity] {
                let hurt = changed { parcel in
                    parcel.tensors = parcel.tensors.map {
                        $0.name == name ? UpdateCodec.exact.pack([Float](repeating: value, count: expected), name: name) : $0
                    }
                }
                #expect(throws: UpdateError.self) { try check(hurt) }
            }
        }
    }

    @Test func normsAreBounded() {
        let count = participant.exchange.shared.count
        func with(_ name: String, _ value: Float, _ count: Int) -> Parcel {
            changed { parcel in
                parcel.tensors = parcel.tensors.map {
                    $0.name == name ? UpdateCodec.exact.pack([Float](repeating: value, count: count), name: name) : $0
                }
            }
        }
        let error = #expect(throws: UpdateError.self) { try check(with("update/c2", 1000, count)) }
        guard case .normTooLarge(.cluster(2), _, 100) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(throws: UpdateError.self) { try check(with("signature", 1e6, 64)) }
    }

    @Test func theNormThatCountsIsMeasuredHere() throws {
        let evidence = try check(
            changed {
                $0.scalars["slot/c1/norm"] = 1e-9
                $0.scalars["slot/c3/norm"] = 5
            })
        #expect(evidence.norm(.cluster(1)) > 0.01)
        #expect(evidence.slots[.cluster(3)]?.norm == nil)
    }

    @Test func twoHomesAreNone() {
        let choosing = Assignment.toy(round: 1, base: 0, more: [(.cluster(2), .home)], choosesHome: true)
        #expect(throws: UpdateError.missing("home")) { try check(changed { $0.scalars["home/c2"] = 1 }, choosing) }
    }
}
