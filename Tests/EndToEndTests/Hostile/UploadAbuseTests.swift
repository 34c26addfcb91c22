// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramFederation
import EngramLearning
import EngramTLS
import EngramWire
import Testing

extension Hostile {
    /// Uploads that must not count, and that must cost nobody else anything.
    @Suite struct UploadAbuseTests {
        private let run = RunID(checked: "run")

        /// Mallory alone in a run of one round and the final exchange.
        private func alone(_ daemon: TestDaemon) async throws -> (recipe: Recipe, shard: EngramShard) {
            let shard = try ToyFederation.shards(agents: 1, rows: 24)[0].shard
            let recipe = try ToyFederation.recipe("fedavg", agents: 1, rounds: 1, "limits: {norm: 1000}")
            let console = try await Console(daemon)
            try await console.start(recipe, as: run.rawValue)
            console.leave()
            return (recipe, shard)
        }

        /// Does honestly what is left of the run; its models must be those of a run in which nothing happened.
        private func finish(_ daemon: TestDaemon, _ mallory: Mallory, _ recipe: Recipe, _ shard: EngramShard) async throws {
            let last = try await mallory.work()
            #expect(last.round == 2)
            let bytes = try await mallory.honestAnswer(last).encoded()
            #expect(try await mallory.upload(bytes, run: run, round: 2)?.accepted == true)
            await mallory.leave()
            let console = try await Console(daemon)
            #expect(try await console.wait(for: run.rawValue).state == "finished")
            #expect(try await console.report(of: run.rawValue).models == Honest.models(recipe, [(Mallory.name, shard)]))
            console.leave()
        }

        @Test func spoiltUploadsAreRefusedWithTheirReason() async throws {
            try await Honest.afterwards(TestDaemon(.tls)) { daemon in
                let (recipe, shard) = try await alone(daemon)
                let mallory = try await Mallory(daemon, shard)
                let work = try await mallory.work()
                let honest = try await mallory.honestAnswer(work)
                let update = try #require(honest.tensors.first { $0.name.hasPrefix("update/") })
                let home = SlotID(checked: String(update.name.dropFirst("update/".count)))
                for bad in BadUpload.allCases {
                    let bytes = bad.bytes(honest, home: home, count: update.count, rows: shard.train.count)
                    let receipt = try await mallory.upload(bytes, run: run, round: 1)
                    #expect(
                        receipt?.accepted == false && receipt?.code == .updateRefused, "\(bad): \(String(describing: receipt))")
                    #expect(receipt?.text.contains(bad.reason) == true, "\(bad): \(receipt?.text ?? "no receipt")")
                }
                // None of it stays: the honest upload of the same round counts.
                #expect(try await mallory.upload(honest.encoded(), run: run, round: 1)?.accepted == true)
                try await finish(daemon, mallory, recipe, shard)
            }
        }

        @Test func offersThatFitNothingAreRefused() async throws {
            try await Honest.afterwards(TestDaemon(.tls)) { daemon in
                let (recipe, shard) = try await alone(daemon)
                let mallory = try await Mallory(daemon, shard)
                let work = try await mallory.work()
                let bytes = try await mallory.honestAnswer(work).encoded()
                func code(_ run: String, _ round: Int, size: Int? = nil, digest: Digest? = nil) async throws -> RefusalCode? {
                    try await mallory.upload(bytes, run: RunID(checked: run), round: round, announcing: digest, size: size)?.code
                }
                #expect(try await code("run", 0) == .stale)
                #expect(try await code("run", 2) == .stale)
                #expect(try await code("run", Int(UInt32.max)) == .stale)
                #expect(try await code("no-such-run", 1) == .notFound)
                // Within the wire's limit, but more than the round can ask for: nobody reserves the spool for himself.
                #expect(try await code("run", 1, size: 100 << 20) == .overLimit)
                #expect(try await code("run", 1, digest: Digest(of: [1, 2, 3])) == .digestMismatch)
                #expect(try await mallory.upload(bytes, run: run, round: 1)?.accepted == true)
                try await finish(daemon, mallory, recipe, shard)
            }
        }

        /// A model is there for those whose work names it.
        @Test func modelsOfOthersCannotBeFetched() async throws {
            try await Honest.afterwards(TestDaemon(.tls)) { daemon in
                try await Honest.isServed(by: daemon, as: "before")
                let console = try await Console(daemon)
                let hex = try #require(try await console.report(of: "before").models.first?.sha256)
                console.leave()
                let digest = try #require(Digest(hex: "\(hex)"))
                let shard = try ToyFederation.shards(agents: 1, rows: 24)[0].shard
                let mallory = try await Mallory(daemon, shard)
                switch try await mallory.fetch(digest) {
                case .success: Issue.record("a model of others was sent to Mallory")
                case .failure(let refused):
                    #expect(refused.receipt.code == .notFound && refused.receipt.text.contains("no work of this agent"))
                }
                await mallory.leave()
                // It is there: whoever may have it gets it.
                let permitted = try await Intruder(daemon.client("operator", .operator))
                try await permitted.greet()
                try await permitted.say(.fetch(.init(stream: 1, digest: digest, offset: 0)))
                let bytes = try await permitted.hear { if case .chunk(let chunk) = $0 { chunk.bytes } else { nil } }
                #expect(bytes.map { Digest(of: $0) } == digest)
                await permitted.leave()
            }
        }

        enum Misstep: String, CaseIterable, Sendable {
            case beyondTheSize, lastTooEarly, unmarkedEnd, emptyChunk, beforeResume, streamInUse, afterTheEnd
        }

        /// A transfer that breaks its own announcement ends the connection; the agent may come back and do better.
        @Test func brokenTransfersEndTheConnection() async throws {
            try await Honest.afterwards(TestDaemon(.tls)) { daemon in
                let (recipe, shard) = try await alone(daemon)
                for misstep in Misstep.allCases {
                    let mallory = try await Mallory(daemon, shard)
                    _ = try await mallory.work()
                    let junk = [UInt8](repeating: UInt8(misstep.rawValue.count), count: 100)
                    func chunk(_ count: Int, last: Bool) -> Message {
                        .chunk(
                            .init(
                                stream: 1, isLast: last,
                                bytes: [UInt8](junk.prefix(count)) + [UInt8](repeating: 0, count: max(0, count - 100))))
                    }
                    let offer = Message.offer(.init(stream: 1, run: run, round: 1, size: 100, digest: Digest(of: junk)))
                    let intruder = mallory.intruder
                    try await intruder.say(offer)
                    if misstep == .beforeResume {
                        // The answer may overtake this; then it is the second chunk that comes too late.
                        try? await intruder.say(chunk(100, last: true))
                        try? await intruder.say(chunk(100, last: true))
                    } else {
                        let resume = try await intruder.hear { if case .resume(let resume) = $0 { resume } else { nil } }
                        #expect(resume?.offset == 0)
                    }
                    switch misstep {
                    case .beyondTheSize: try? await intruder.say(chunk(101, last: true))
                    case .lastTooEarly: try? await intruder.say(chunk(50, last: true))
                    case .unmarkedEnd: try? await intruder.say(chunk(100, last: false))
                    case .emptyChunk: try? await intruder.say(chunk(0, last: false))
                    case .beforeResume: break
                    case .streamInUse: try? await intruder.say(offer)
                    case .afterTheEnd:
                        try? await intruder.say(chunk(100, last: true))
                        try? await intruder.say(chunk(1, last: true))
                    }
                    #expect(try await intruder.dismissal()?.code == .outOfOrder, "\(misstep)")
                    await mallory.leave()
                }
                let mallory = try await Mallory(daemon, shard)
                let work = try await mallory.work()
                let bytes = try await mallory.honestAnswer(work).encoded()
                #expect(try await mallory.upload(bytes, run: run, round: 1)?.accepted == true)
                try await finish(daemon, mallory, recipe, shard)
            }
        }
    }
}
