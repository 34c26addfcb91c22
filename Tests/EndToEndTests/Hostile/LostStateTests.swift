// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramWire
import Foundation
import Testing

extension Hostile {
    /// Disks that fill up, files that rot, folders that somebody tidied.
    @Suite struct LostStateTests {
        private let run = RunID(checked: "run")

        private func line(_ daemon: TestDaemon) async throws -> Admin.RunDetail {
            let console = try await Console(daemon)
            defer { console.leave() }
            return try await console.ask(.showRun, Admin.RunName(run: run), Admin.RunDetail.self)
        }

        private func isDone(_ daemon: TestDaemon, _ recipe: Recipe, _ shards: [(id: AgentID, shard: EngramShard)]) async throws {
            let console = try await Console(daemon)
            let line = try await console.wait(for: run.rawValue)
            #expect(line.state == "finished", "\(line.failure ?? "")")
            #expect(try await console.report(of: run.rawValue).models == Honest.models(recipe, shards))
            console.leave()
        }

        @Test func aFullDisk() async throws {
            try await Honest.afterwards(TestDaemon(.tls)) { daemon in
                let shards = try Honest.shards(3)
                let recipe = try ToyFederation.recipe("fedavg", agents: 3, rounds: 120)
                let agents = shards.map { TestAgent($0.id, $0.shard, in: daemon) }
                for agent in agents { try await agent.start(daemon) }
                let console = try await Console(daemon)
                try await console.start(recipe, as: run.rawValue)
                console.leave()
                _ = try await daemon.notes.line(with: "round committed", "round.number=3")
                await daemon.kill()
                // Room for a few rounds' summaries more.
                let files = try FileManager.default.attributesOfItem(atPath: daemon.folder + "/coordinator/engram.sqlite")
                daemon.maximumBytes = (files[.size] as? Int ?? 0) + 12 * 1024
                try await daemon.start()
                let said = try await daemon.notes.line(with: "run suspended", "no space left")
                #expect(said.hasPrefix("error"))
                // Alive: it answers, and says where the run stands.
                let stopped = try await line(daemon).line
                #expect(stopped.state == "running" && stopped.round >= 3 && stopped.round < 120)
                await daemon.kill()
                daemon.maximumBytes = nil
                try await daemon.start()
                #expect(try await line(daemon).line.round >= 3)
                try await isDone(daemon, recipe, shards)
                for agent in agents { await agent.stop() }
            }
        }

        enum Damage: String, CaseIterable, Sendable {
            case flipped, truncated, removed

            func apply(to file: String) throws {
                guard self != .removed else { return try FileManager.default.removeItem(atPath: file) }
                var data = try Data(contentsOf: URL(fileURLWithPath: file))
                if self == .flipped { data[data.count / 2] ^= 0x10 } else { data.removeLast(7) }
                try data.write(to: URL(fileURLWithPath: file))
            }
        }

        /// The one whole upload in the spool.
        private func spooled(_ daemon: TestDaemon) throws -> String {
            let root = daemon.folder + "/coordinator/spool"
            let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
            return root + "/" + (try #require(names.first { $0.hasSuffix(".upload") }))
        }

        /// Two agents, of which the second holds its upload back, so that the first one's is in the spool.
        private func half(
            _ daemon: TestDaemon, _ recipe: Recipe, _ shards: [(id: AgentID, shard: EngramShard)]
        ) async throws -> (TestAgent, Mallory, Message.Work) {
            let agent = TestAgent(shards[0].id, shards[0].shard, in: daemon)
            try await agent.start(daemon)
            let mallory = try await Mallory(daemon, shards[1].shard, id: shards[1].id)
            let console = try await Console(daemon)
            try await console.start(recipe, as: run.rawValue)
            console.leave()
            let work = try await mallory.work()
            while try await line(daemon).awaited != [shards[1].id] { await _Concurrency.Task.yield() }
            return (agent, mallory, work)
        }

        @Test(arguments: Damage.allCases) func aDamagedUploadIsAskedForAgain(_ damage: Damage) async throws {
            try await Honest.afterwards(TestDaemon(.tls)) { daemon in
                let shards = try Honest.shards(2)
                let recipe = try ToyFederation.recipe("fedavg", agents: 2, rounds: 3)
                let (agent, mallory, _) = try await half(daemon, recipe, shards)
                await daemon.kill()
                await mallory.leave()
                try damage.apply(to: spooled(daemon))
                try await daemon.start()
                _ = try await daemon.notes.line(with: "spooled upload dropped", shards[0].id.rawValue)
                let other = TestAgent(shards[1].id, shards[1].shard, in: daemon)
                try await other.start(daemon)
                try await isDone(daemon, recipe, shards)
                for agent in [agent, other] { await agent.stop() }
            }
        }

        /// Found only by the fold: the run is taken up again, and asks again.
        @Test func anUploadThatRotsBeforeTheFold() async throws {
            try await Honest.afterwards(TestDaemon(.tls)) { daemon in
                let shards = try Honest.shards(2)
                let recipe = try ToyFederation.recipe("fedavg", agents: 2, rounds: 2)
                let (agent, mallory, work) = try await half(daemon, recipe, shards)
                try Damage.flipped.apply(to: spooled(daemon))
                let bytes = try await mallory.honestAnswer(work).encoded()
                #expect(try await mallory.upload(bytes, run: run, round: 1)?.accepted == true)
                _ = try await daemon.notes.line(with: "run suspended")
                // The other one does the rest by hand too: what counted already is not asked for again.
                for round in 2...3 {
                    var work = try await mallory.work()
                    while Int(work.round) < round {
                        let again = try await mallory.upload(bytes, run: run, round: Int(work.round))
                        #expect(again?.accepted == true)
                        work = try await mallory.work()
                    }
                    let answer = try await mallory.honestAnswer(work).encoded()
                    #expect(try await mallory.upload(answer, run: run, round: round)?.accepted == true)
                }
                try await isDone(daemon, recipe, shards)
                await mallory.leave()
                await agent.stop()
            }
        }

        /// Runs side by side take neither each other's models nor recipes for garbage.
        @Test func twoRunsAtOnce() async throws {
            try await Honest.afterwards(TestDaemon(.tls)) { daemon in
                let shards = try Honest.shards(3)
                let names = ["run", "other"]
                let recipes = try names.map { name in
                    try ToyFederation.recipe("fedavgm", agents: 3, rounds: 15, "seed: \(name.count)")
                }
                let agents = shards.map { TestAgent($0.id, $0.shard, in: daemon) }
                let console = try await Console(daemon)
                for (name, recipe) in zip(names, recipes) { try await console.start(recipe, as: name) }
                for agent in agents { try await agent.start(daemon) }
                for (name, recipe) in zip(names, recipes) {
                    #expect(try await console.wait(for: name).state == "finished")
                    #expect(try await console.report(of: name).models == Honest.models(recipe, shards))
                }
                #expect(!daemon.notes.holds("run suspended"))
                for agent in agents { #expect(!agent.notes.holds("work failed")) }
                console.leave()
                for agent in agents { await agent.stop() }
            }
        }

        /// An agent whose memory is gone says so and sends nothing; the others go on by quorum.
        @Test func aLostMemory() async throws {
            try await Honest.afterwards(TestDaemon(.tls)) { daemon in
                let shards = try Honest.shards(3)
                let recipe = try Recipe(
                    yaml: """
                        preset: fedavg
                        rounds: 120
                        model: {hidden: [8]}
                        rounds_close: {agents: 3, deadline: 1.5, quorum: 0.5}
                        """)
                let agents = shards.map { TestAgent($0.id, $0.shard, in: daemon) }
                for agent in agents { try await agent.start(daemon) }
                let console = try await Console(daemon)
                try await console.start(recipe, as: run.rawValue)
                console.leave()
                _ = try await daemon.notes.line(with: "round committed", "round.number=3")
                await daemon.kill()
                await agents[2].stop()
                try FileManager.default.removeItem(atPath: agents[2].folder + "/runs")
                try await daemon.start()
                try await agents[2].start(daemon)
                let said = try await agents[2].notes.line(with: "work failed", "memory of run run")
                #expect(said.hasPrefix("error") && said.contains("restore the state folder"))
                let end = try await Console(daemon)
                let line = try await end.wait(for: run.rawValue)
                #expect(line.state == "finished", "\(line.failure ?? "")")
                let detail = try await end.ask(.showRun, Admin.RunName(run: run), Admin.RunDetail.self)
                #expect(detail.summaries.count == 121 && detail.summaries.last?.participants == 2)
                #expect(detail.summaries.contains { $0.lost == 1 })
                end.leave()
                for agent in agents { await agent.stop() }
            }
        }
    }
}
