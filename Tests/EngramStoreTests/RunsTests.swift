// SPDX-License-Identifier: Apache-2.0
import EngramStore
import Testing

@Suite(.timeLimit(.minutes(5)))
struct RunsTests {
    @Test(arguments: Backing.allCases)
    func keepsWhatItWasGiven(_ backing: Backing) throws {
        try backing.withStore { store in
            let first = try Sample.run("b")
            let second = try Sample.run("a")
            try store.createRun(first, name: "Fashion, ünïcode", recipe: "preset: fedavg\n", seed: .max, at: 1)
            try store.createRun(second, name: "", recipe: "", seed: 0, at: 2)
            #expect(throws: StoreError.runExists(first)) {
                try store.createRun(first, name: "x", recipe: "", seed: 1, at: 3)
            }
            let run = try #require(try store.run(first))
            #expect(run.name == "Fashion, ünïcode" && run.recipe == "preset: fedavg\n" && run.seed == .max)
            #expect(run.state == .waiting && run.round == 0 && run.created == 1 && run.failure == nil)
            #expect(try store.runs().map(\.id) == [first, second])
            #expect(try store.run(Sample.run("c")) == nil)
            #expect(try store.snapshot(of: first) == nil)
        }
    }

    @Test(arguments: Backing.allCases)
    func statesFollowTheirOrder(_ backing: Backing) throws {
        try backing.withStore { store in
            let run = try Sample.run()
            #expect(throws: StoreError.runUnknown(run)) { try store.setRunState(run, .running, failure: nil, at: 1) }
            try Sample.startedRun(in: store)
            try store.setRunState(run, .failed, failure: "disk full", at: 2)
            #expect(try store.run(run)?.failure == "disk full")
            #expect(throws: StoreError.runCannotBecome(run, from: .failed, to: .finished)) {
                try store.setRunState(run, .finished, failure: nil, at: 3)
            }
            try store.setRunState(run, .running, failure: nil, at: 4)
            #expect(try store.run(run)?.failure == nil)
            try store.setRunState(run, .cancelled, failure: nil, at: 5)
            #expect(throws: StoreError.runCannotBecome(run, from: .cancelled, to: .running)) {
                try store.setRunState(run, .running, failure: nil, at: 6)
            }
            #expect(try store.run(run)?.updated == 5)
        }
    }

    @Test(arguments: Backing.allCases)
    func snapshotsAreFenced(_ backing: Backing) throws {
        try backing.withStore { store in
            let run = try Sample.run()
            try Sample.startedRun(in: store)
            try store.saveSnapshot([], of: run, after: 0, at: 2)
            #expect(try store.snapshot(of: run) == [])
            let bytes = Sample.bytes(300_000)
            try store.saveSnapshot(bytes, of: run, after: 0, at: 3)
            #expect(try store.snapshot(of: run) == bytes)
            #expect(throws: StoreError.roundOutOfOrder(run, expected: 0, got: 1)) {
                try store.saveSnapshot([1], of: run, after: 1, at: 4)
            }
            try store.setRunState(run, .finished, failure: nil, at: 5)
            #expect(throws: StoreError.runOver(run, .finished)) { try store.saveSnapshot([1], of: run, after: 0, at: 6) }
            #expect(try store.snapshot(of: run) == bytes)
        }
    }
}
