// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramStore
import Testing

@Suite(.timeLimit(.minutes(5)))
struct UploadsTests {
    @Test(arguments: Backing.allCases)
    func countsEachAgentOnce(_ backing: Backing) throws {
        try backing.withStore { store in
            try Sample.startedRun(in: store)
            let upload = try Sample.upload("a")
            #expect(try store.recordUpload(upload))
            #expect(try !store.recordUpload(upload))
            let other = try Sample.upload("a", bytes: [2])
            #expect(throws: StoreError.uploadConflict(upload.key, kept: upload.digest, got: other.digest)) {
                try store.recordUpload(other)
            }
            #expect(try store.uploads(of: Sample.run(), round: 1) == [upload])
            try store.forgetUpload(upload.key)
            #expect(try store.recordUpload(other))
            #expect(try store.uploads(of: Sample.run(), round: 1) == [other])
        }
    }

    @Test(arguments: Backing.allCases)
    func comeInTheOrderOfTheAgents(_ backing: Backing) throws {
        try backing.withStore { store in
            try Sample.startedRun(in: store)
            let names = ["b", "a.1", "B", "a", "10", "9", "a-1", "_"]
            for name in names { try store.recordUpload(Sample.upload(name)) }
            let sorted = try names.map(Sample.agent).sorted()
            #expect(try store.uploads(of: Sample.run(), round: 1).map(\.key.agent) == sorted)
        }
    }

    @Test(arguments: Backing.allCases)
    func lateOrHomelessOnesAreRefused(_ backing: Backing) throws {
        try backing.withStore { store in
            let run = try Sample.run()
            #expect(throws: StoreError.runUnknown(run)) { try store.recordUpload(Sample.upload("a")) }
            try Sample.startedRun(in: store)
            try store.commitRound(Sample.commit(1))
            #expect(throws: StoreError.roundCommitted(run, round: 1)) { try store.recordUpload(Sample.upload("a")) }
            try store.setRunState(run, .cancelled, failure: nil, at: 2)
            #expect(throws: StoreError.runOver(run, .cancelled)) { try store.recordUpload(Sample.upload("a", round: 2)) }
        }
    }
}
