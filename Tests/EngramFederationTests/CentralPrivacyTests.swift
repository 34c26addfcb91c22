// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramLearning
import EngramTensors
import EngramWire
import Foundation
import Testing

@testable import EngramFederation

/// Differential privacy by the coordinator, in whole runs.
@Suite(.timeLimit(.minutes(5))) struct CentralPrivacyTests {
    private func recipe(_ change: (inout Recipe, inout CentralPrivacy) -> Void = { _, _ in }) -> Recipe {
        ToyFederation.recipe {
            var privacy = CentralPrivacy()
            change(&$0, &privacy)
            $0.privacy = privacy
        }
    }

    private func finished(_ recipe: Recipe, _ groups: [Int], attack: AttackPlan? = nil) throws -> ToyRun {
        var run = ToyRun(recipe, try ToyFederation(groups: groups), attack: attack)
        try run.run()
        #expect(run.machine.state.phase == .finished)
        return run
    }

    private func shift(_ run: ToyRun) throws -> [Float] {
        // As it was before anybody saw it: the first rounds may have been without agents.
        let first = run.recipe.initialModel(try #require(run.machine.network), 0)
        let last = try ParameterSet(safetensors: run.blobs[try #require(run.slots[.cluster(1)])] ?? [], layout: first.layout)
        return Kernels.subtract(last.values, first.values)
    }

    /// Without noise one round is the plain mean of updates scaled back to S, by agents; an agent that does not is scaled back anyway.
    @Test func updatesAreClippedTwice() throws {
        let settings = recipe { recipe, privacy in
            recipe.rounds = 1
            privacy.noise = 0
            privacy.clip = 0.05
        }
        let run = try finished(settings, [0, 0, 0])
        var expected = [Double](repeating: 0, count: 21)
        for bytes in run.firstUploads.values {
            let parcel = try Parcel(decoding: bytes, limits: WireLimits())
            let update = try #require(parcel.tensor("update/c1")).unpacked()
            #expect(abs(Kernels.norm(update) - 0.05) < 1e-6)
            #expect(parcel.scalars["slot/c1/within"] == 0)
            for i in update.indices { expected[i] += Double(update[i]) / 3 }
        }
        #expect(ToyUpdates.gap(try shift(run), expected) < 1e-6)
        let plan = try AttackPlan(
            "model_replacement(scale=1000)", attackers: "a0,a1,a2", among: (0..<3).map { (.toy($0), nil) }, recipe: settings)
        let attacked = try finished(settings, [0, 0, 0], attack: plan)
        #expect(Kernels.norm(try shift(attacked)) <= 0.0501)
    }

    /// Nobody is drawn: rounds go on, and the model moves by noise of zS/qN a round, so that nobody can tell.
    @Test func emptyRoundsAreReleasesToo() throws {
        let run = try finished(
            recipe { recipe, privacy in
                recipe.rounds = 20
                privacy.noise = 0.5
                var cohort = PoissonCohort()
                cohort.fraction = 0.0001
                recipe.cohort = cohort
            }, [0, 0])
        #expect(run.summaries.prefix(20).allSatisfy { $0.participants == 0 && $0.lost == 0 })
        let deviation = Kernels.norm(try shift(run)) / 21.0.squareRoot()
        let expected = 0.5 / (0.0001 * 2) * 20.0.squareRoot()
        #expect(abs(deviation / expected - 1) < 0.5)
        #expect(run.machine.state.privacy?.models[.cluster(1)]?.releases == 20)
    }

    @Test func noiseIsTheSeedsAlone() throws {
        func models(_ entropy: UInt64, seed: Int) throws -> [SlotID: Digest] {
            let settings = recipe { $1.noiseSeed = seed }
            var run = ToyRun(settings, try ToyFederation(groups: [0, 0]))
            run.machine = RoundMachine(run: RunID(checked: "toy"), recipe: run.recipe, entropy: entropy)
            try run.run()
            return run.slots
        }
        #expect(try models(1, seed: 0) != models(2, seed: 0))
        #expect(try models(1, seed: 0) == models(1, seed: 0))
        #expect(try models(1, seed: 3) == models(2, seed: 3))
    }

    /// A driver that forgets the entropy gets no run, rather than noise that anybody can take away again.
    @Test func withoutASecretThereIsNoRun() throws {
        var run = ToyRun(recipe(), try ToyFederation(groups: [0, 0]))
        run.machine = RoundMachine(run: RunID(checked: "toy"), recipe: run.recipe)
        try run.run()
        guard case .failed(let why) = run.machine.state.phase else { return #expect(Bool(false)) }
        #expect(why.contains("secret seed"))
    }

    @Test func theSeedStaysHome() throws {
        var script = MachineScript(recipe { recipe, _ in recipe.agents = 2 })
        script.machine = RoundMachine(run: RunID(checked: "s"), recipe: script.machine.recipe, entropy: 987_654_321_987)
        for i in 0..<2 { script.connect(i) }
        #expect(script.machine.state.privacy?.seed == 987_654_321_987)
        let assignment = try #require(script.machine.assignment(for: .toy(0)))
        let text = String(decoding: try JSONEncoder.stable.encode(assignment), as: UTF8.self)
        #expect(!text.contains("987654321987"))
        #expect(assignment.offers.first?.clip == 1)
    }

    /// One round of all agents with z = 1 is the accountant's own test vector; with a reference beside the cluster, one with z/√2.
    @Test func epsilonByHand() throws {
        func report(_ change: (inout Recipe) -> Void) throws -> Report.Privacy {
            let settings = recipe { recipe, _ in
                recipe.rounds = 1
                change(&recipe)
            }
            let run = try finished(settings, [0, 1])
            let report = Report(
                state: run.machine.state, recipe: settings, summaries: run.summaries, engine: .simulate, cost: Report.Cost())
            #expect(try Report(json: report.json()).privacy == report.privacy)
            #expect(report.table(title: "t").contains("privacy: central, epsilon"))
            return try #require(report.privacy)
        }
        let one = try report { _ in }
        #expect(abs(one.epsilon - 4.7527) < 1e-3)
        #expect(one.agents.map(\.id) == [.toy(0), .toy(1)])
        #expect(one.models.map(\.releases) == [1] && one.models.allSatisfy { $0.epsilon == one.epsilon && $0.clip == 1 })
        #expect(one.rounds == [.init(round: 1, epsilon: one.epsilon)])
        let two = try report {
            $0.grouping = Given()
            $0.globalReference = true
        }
        var accountant = RDPAccountant()
        accountant.compose(noise: 1 / 2.0.squareRoot(), sampling: 1)
        #expect(abs(two.epsilon - accountant.epsilon(delta: 1e-5)) < 1e-9)
        #expect(two.models.map(\.slot) == [.cluster(1), .cluster(2), .reference])
        #expect(two.models.allSatisfy { abs($0.epsilon - one.epsilon) < 1e-9 })
    }

    @Test func noNoisePromisesNothing() {
        var privacy = CentralPrivacy()
        privacy.noise = 0
        #expect(privacy.epsilon(of: .init(rounds: [1: 1]), sampling: 0.5) == .infinity)
        #expect(privacy.epsilon(of: .init(rounds: [0: 9]), sampling: 0.5) == 0)
    }

    /// The clip goes to where half of the norms are, and the work says so.
    @Test func theClipFollowsTheNorms() throws {
        let run = try finished(
            recipe { recipe, privacy in
                recipe.rounds = 30
                privacy.noise = 0
                privacy.adaptive = true
                privacy.clipRate = 0.5
                privacy.clip = 20
                recipe.optimiser = SGD(rate: 0.01, batch: 24, epochs: 1)
            }, [0, 0, 0, 0, 0, 0])
        let clip = try #require(run.machine.state.privacy?.models[.cluster(1)]?.clip)
        #expect(clip < 0.1 && clip > 1e-4)
    }

    /// With few agents the paper's noise on the count would cost more than there is.
    @Test(arguments: [0.2, 5, 1000]) func theCountIsAffordable(expected: Double) throws {
        let counting = CentralPrivacy.countNoise(1.1, expected: expected)
        let left = try #require(AdaptiveClip.updateNoise(total: 1.1, count: counting))
        #expect(left >= 1.1 && left < 1.1 * 1.06)
    }

    @Test func theLedgerFollowsTheLineage() throws {
        var book = ClusterBook()
        let root = book.open(.cluster, model: Digest(of: [1]))
        var ledger = PrivacyLedger(seed: 1, clip: 2)
        for _ in 0..<3 { ledger.note(released: book.slots, clips: [root: 0.5]) }
        let opened = book.openCandidate(copying: root)
        let child = try #require(opened)
        let other = book.open(.cluster, model: Digest(of: [2]))
        book.close(root)
        ledger.follow(book)
        ledger.note(released: book.slots, clips: [:])
        #expect(ledger.models[child] == .init(releases: 4, clip: 0.5))
        #expect(ledger.models[other] == .init(releases: 1, clip: 2))
        #expect(ledger.models[root] == nil)
        let back = try JSONDecoder().decode(PrivacyLedger.self, from: JSONEncoder.stable.encode(ledger))
        #expect(back == ledger)
    }

    @Test func senselessRecipesAreRefused() throws {
        func refused(_ change: (inout Recipe) -> Void) -> Bool {
            var settings = recipe()
            change(&settings)
            return (try? settings.validate()) == nil
        }
        #expect(!refused { _ in })
        #expect(!refused { $0.cohort = PoissonCohort() })
        #expect(refused { $0.cohort = SampledCohort() })
        #expect(refused { $0.aggregation = Median() })
        #expect(
            refused {
                $0.hidden = [4]
                $0.sharing = ShareWidth()
            })
        var scaffold = recipe()
        scaffold.training = Scaffold()
        #expect(scaffold.problem(with: ToyFederation.profile)?.contains("statistic") == true)
        #expect(recipe().problem(with: ToyFederation.profile) == nil)
    }

    @Test func coinsAreFair() {
        let members = (0..<50).map { Member(id: .toy($0), profile: ToyFederation.profile) }
        var cohort = PoissonCohort()
        cohort.fraction = 0.3
        var sizes: [Int] = []
        for round in 1...200 {
            var generator = SeededGenerator(seed: 4, "cohort", String(round))
            let outlook = RoundOutlook(round: round, workload: Workload(epochs: 1, bits: 0))
            sizes.append(cohort.select(from: members, outlook, using: &generator).agents.count)
        }
        // 10 000 coins; a fixed size would have no variance, a Poisson sample has npq = 10.5.
        let mean = Double(sizes.reduce(0, +)) / 200
        #expect(abs(mean - 15) < 1)
        let variance = sizes.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / 200
        #expect(variance > 6 && variance < 17)
    }
}
