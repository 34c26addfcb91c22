// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramWire
import Testing

extension Hostile {
    /// Bad agents in the middle of a real run: it goes on without them, to the models of a run that they were never in.
    @Suite struct SaboteurTests {
        /// Sends NaN whenever it is given work, and connects again to be given more.
        @Test func nanInsteadOfNumbers() async throws {
            try await Honest.afterwards(TestDaemon(.tls)) { daemon in
                let shards = try Honest.shards(3)
                let own = try ToyFederation.shards(agents: 1, rows: 24)[0].shard
                let recipe = try Recipe(
                    yaml: """
                        preset: fedavg
                        rounds: 3
                        model: {hidden: [8]}
                        rounds_close: {agents: 4, deadline: 1.5, quorum: 0.5}
                        """)
                let agents = shards.map { TestAgent($0.id, $0.shard, in: daemon) }
                for agent in agents { try await agent.start(daemon) }
                var mallory = try await Mallory(daemon, own)
                let console = try await Console(daemon)
                try await console.start(recipe, as: "run")
                for attempt in 1...3 {
                    let work = try await mallory.work()
                    #expect(work.round == 1)
                    var parcel = try await mallory.honestAnswer(work)
                    parcel.tensors = parcel.tensors.map { tensor in
                        let poison = [Float](repeating: .nan, count: tensor.count)
                        return tensor.name == "signature" ? tensor : UpdateCodec.exact.pack(poison, name: tensor.name)
                    }
                    let receipt = try await mallory.upload(parcel.encoded(), run: work.run, round: 1)
                    #expect(receipt?.code == .updateRefused && receipt?.text.contains("NaN") == true)
                    guard attempt < 3 else { continue }
                    await mallory.leave()
                    mallory = try await Mallory(daemon, own)
                }
                let line = try await console.wait(for: "run")
                #expect(line.state == "finished", "\(line.failure ?? "")")
                let detail = try await console.ask(.showRun, Admin.RunName(run: RunID("run")), Admin.RunDetail.self)
                #expect(detail.summaries.map(\.participants) == [3, 3, 3, 3])
                // The first round closed by its deadline; then Mallory is absent, and nobody waits for it any more.
                #expect(detail.summaries.map(\.lost) == [1, 0, 0, 0])
                #expect(try await console.report(of: "run").models == Honest.models(recipe, shards))
                console.leave()
                await mallory.leave()
                for agent in agents { await agent.stop() }
            }
        }

        /// A shard of other dimensions cannot take part; the run does not notice it.
        @Test func aShardOfOtherDimensions() async throws {
            try await Honest.afterwards(TestDaemon(.tls)) { daemon in
                let shards = try Honest.shards(2)
                let wide = try ToyFederation.shards(agents: 1, inputs: 9)[0].shard
                let odd = TestAgent(AgentID(checked: "a-odd"), wide, in: daemon)
                try await odd.start(daemon)
                _ = try await daemon.notes.line(with: "agent connected", "a-odd")
                let console = try await Console(daemon)
                let recipe = try ToyFederation.recipe("fedavg", agents: 2, rounds: 2)
                try await console.start(recipe, as: "run")
                let agents = shards.map { TestAgent($0.id, $0.shard, in: daemon) }
                for agent in agents { try await agent.start(daemon) }
                let line = try await daemon.notes.line(with: "agent cannot take part", "a-odd")
                #expect(line.contains("features have"))
                #expect(try await console.wait(for: "run").state == "finished")
                #expect(try await console.report(of: "run").models == Honest.models(recipe, shards))
                console.leave()
                for agent in agents + [odd] { await agent.stop() }
            }
        }
    }
}
