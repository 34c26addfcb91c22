// SPDX-License-Identifier: Apache-2.0
import EngramStore
import Testing

@Suite(.timeLimit(.minutes(5)))
struct RoundsTests {
    @Test(arguments: Backing.allCases)
    func aCommitWritesEverything(_ backing: Backing) throws {
        try backing.withStore { store in
            let run = try Sample.run()
            try Sample.startedRun(in: store)
            try store.recordUpload(Sample.upload("a"))
            try store.recordUpload(Sample.upload("a", round: 2))
            try store.commitRound(Sample.commit(1, lineage: ["one", "two"]))
            #expect(try store.run(run)?.round == 1)
            #expect(try store.snapshot(of: run) == [1])
            #expect(try store.uploads(of: run, round: 1).isEmpty)
            #expect(try store.uploads(of: run, round: 2).count == 1)
            try store.commitRound(Sample.commit(2, state: .finished, lineage: ["three"]))
            #expect(try store.run(run)?.state == .finished)
            #expect(try store.roundSummaries(of: run).map(\.summary) == ["{\"round\":1}", "{\"round\":2}"])
            #expect(try store.roundSummaries(of: run).map(\.committed) == [1, 2])
            let lineage = try store.lineage(of: run)
            #expect(lineage.map(\.entry) == ["one", "two", "three"])
            #expect(lineage.map(\.sequence) == [1, 2, 3])
            #expect(lineage.map(\.round) == [1, 1, 2])
        }
    }

    @Test(arguments: Backing.allCases)
    func onlyTheNextRoundIsTaken(_ backing: Backing) throws {
        try backing.withStore { store in
            let run = try Sample.run()
            #expect(throws: StoreError.runUnknown(run)) { try store.commitRound(Sample.commit(1)) }
            try Sample.startedRun(in: store)
            for round in [-1, 0, 2] {
                #expect(throws: StoreError.roundOutOfOrder(run, expected: 1, got: round)) {
                    try store.commitRound(Sample.commit(round, lineage: ["never"]))
                }
            }
            try store.commitRound(Sample.commit(1))
            var again = try Sample.commit(1)
            again.snapshot = [99]
            #expect(throws: StoreError.roundOutOfOrder(run, expected: 2, got: 1)) { try store.commitRound(again) }
            #expect(try store.snapshot(of: run) == [1])
            #expect(try store.lineage(of: run).isEmpty)
            try store.commitRound(Sample.commit(2, state: .finished))
            #expect(throws: StoreError.runOver(run, .finished)) { try store.commitRound(Sample.commit(3)) }
        }
    }

    @Test(arguments: Backing.allCases)
    func runsDoNotMix(_ backing: Backing) throws {
        try backing.withStore { store in
            try Sample.startedRun(in: store)
            try Sample.startedRun(in: store, "run-2")
            try store.recordUpload(Sample.upload("a", run: "run-2"))
            try store.commitRound(Sample.commit(1, lineage: ["one"]))
            #expect(try store.run(Sample.run("run-2"))?.round == 0)
            #expect(try store.uploads(of: Sample.run("run-2"), round: 1).count == 1)
            #expect(try store.lineage(of: Sample.run("run-2")).isEmpty)
        }
    }
}
