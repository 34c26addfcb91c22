// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramLearning
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

/// Who attacks, and what becomes of runs that are attacked.
@Suite(.timeLimit(.minutes(5))) struct AttackPlanTests {
    private let members: [(id: AgentID, truth: String?)] = (0..<10).map { (.toy($0), $0 < 3 ? "small" : "large") }

    private func attackers(_ text: String) throws(AttackError) -> [AgentID] {
        try AttackPlan("sign_flip", attackers: text, among: members, recipe: Recipe()).attackers
    }

    @Test func sharesIdsAndGroups() throws {
        #expect(try attackers("0.3").count == 3)
        #expect(try attackers("0.3") == attackers("0.3"))
        #expect(try attackers("0.01").count == 1)
        #expect(try attackers("a7, a2") == [.toy(2), .toy(7)])
        // The majority of a small group, which a share of all could not name.
        let two = try attackers("cluster:small:2")
        #expect(two.count == 2 && Set(two).isSubset(of: [.toy(0), .toy(1), .toy(2)]))
        #expect(throws: AttackError.unknown(.toy(99))) { try attackers("a1,a99") }
        #expect(throws: AttackError.noGroup("none", known: ["large", "small"])) { try attackers("cluster:none:1") }
        #expect(throws: AttackError.tooMany(asked: 4, of: 3, what: "group 'small'")) { try attackers("cluster:small:4") }
        for text in ["", ",", "0", "1.5", "nan", "a b"] { #expect(throws: AttackError.self, "\(text)") { try attackers(text) } }
    }

    private func run(
        _ toy: ToyFederation, _ attack: String?, _ attackers: String, _ change: (inout Recipe) -> Void = { _ in }
    ) throws -> (run: ToyRun, report: Report) {
        let recipe = ToyFederation.recipe {
            $0.rounds = 6
            change(&$0)
        }
        let members = toy.shards.map { (id: $0.key, truth: $0.value.truth) }
        let plan = try attack.map { try AttackPlan($0, attackers: attackers, among: members, recipe: recipe) }
        var run = ToyRun(recipe, toy, attack: plan)
        try run.run()
        var report = Report(
            state: run.machine.state, recipe: recipe, summaries: run.summaries, engine: .simulate, cost: Report.Cost())
        if let plan { report.setApart(plan) }
        return (run, report)
    }

    /// Three of eight turn the mean round; the median does not mind.
    @Test func attacksHurtTheMeanAndRobustRulesHelp() throws {
        let toy = try ToyFederation(groups: [Int](repeating: 0, count: 8))
        func accuracy(_ attack: String?, _ change: (inout Recipe) -> Void = { _ in }) throws -> Double {
            try run(toy, attack, "a1,a4,a6", change).report.summary.mean[.cluster] ?? 0
        }
        let clean = try accuracy(nil)
        let hurt = try accuracy("sign_flip(scale=5)")
        let median = try accuracy("sign_flip(scale=5)") { $0.aggregation = Median() }
        #expect(clean > 0.7)
        #expect(hurt < 0.45)
        #expect(median > hurt + 0.2)
        #expect(try accuracy("ipm(epsilon=3)") < clean - 0.2)
        #expect(try accuracy("model_replacement(scale=8)") < clean - 0.2)
    }

    /// All who collude send the same, honest agents send what they would have sent anyway, and a second run the same bytes.
    @Test func colludersAgreeAndHonestAgentsStayTheSame() throws {
        let toy = try ToyFederation(groups: [0, 0, 0, 0])
        func uploads(_ attack: String?) throws -> [AgentID: [Float]] {
            let (run, _) = try run(toy, attack, "a0,a3") { $0.rounds = 1 }
            // The last exchange holds no updates; the first round's are needed.
            return try run.firstUploads.mapValues { bytes in
                try Parcel(decoding: bytes, limits: WireLimits()).tensor("update/c1")?.unpacked() ?? []
            }
        }
        let (honest, hostile) = (try uploads(nil), try uploads("alie(z=1)"))
        #expect(try uploads("alie(z=1)") == hostile)
        #expect(hostile[.toy(0)] == hostile[.toy(3)] && hostile[.toy(0)] != honest[.toy(0)])
        #expect(hostile[.toy(1)] == honest[.toy(1)] && hostile[.toy(2)] == honest[.toy(2)])
        // Two agents: mean ∓ half their distance is one of the two, coordinate by coordinate.
        let pair = zip(honest[.toy(0)] ?? [], honest[.toy(3)] ?? []).map { Double(min($0, $1)) }
        #expect(ToyUpdates.gap(hostile[.toy(0)] ?? [], pair) < 1e-5)
    }

    /// In a cluster, attackers of other groups tell nothing about the honest members; in the global model they do.
    @Test func companionsAreOfTheGroup() throws {
        let toy = try ToyFederation(groups: [0, 1, 0])
        let attacker = Attacker(
            attack: LittleIsEnough(), accomplices: toy.shards.map { ($0.key, $0.value) })
        let shard = try #require(toy.shards[.toy(0)])
        #expect(attacker.companions(of: shard, isGlobal: false).map(\.id) == [.toy(0), .toy(2)])
        #expect(attacker.companions(of: shard, isGlobal: true).map(\.id) == [.toy(0), .toy(1), .toy(2)])
        // A shard that cannot train the same model is left out, not a trap.
        let data = try Dataset(features: .float32([1, 2]), dimension: 2, targets: .classes([0]))
        let odd = try Shard(observer: "odd", task: .classes, classes: 3, data: data, train: [0], validation: [], test: [])
        let mixed = Attacker(attack: LittleIsEnough(), accomplices: [(.toy(0), shard), (.toy(5), odd)])
        #expect(mixed.companions(of: shard, isGlobal: true).map(\.id) == [.toy(0)])
    }

    @Test func theReportIsAboutHonestAgents() throws {
        let toy = try ToyFederation(groups: [0, 0, 1, 1])
        let (_, report) = try run(toy, "label_flip", "a2,a3")
        #expect(report.attack == Report.Attack(name: "label_flip", agents: [.toy(2), .toy(3)]))
        #expect(report.agents.count == 4)
        let honest = report.agents.prefix(2).compactMap { $0.metric[.cluster] }
        #expect(report.summary.mean[.cluster] == honest.reduce(0, +) / 2)
        #expect(report.table(title: "t").contains("2 honest of 4 agents"))
        let back = try Report(json: report.json())
        #expect(back.attack == report.attack)
    }

    @Test func attacksOnUpdatesNeedUpdates() {
        struct Silent: LocalTraining {
            static let name = "silent"
            static let summary = ""
            func train(_ step: inout LocalStep) {}
            var sendsUpdates: Bool { false }
        }
        var recipe = Recipe()
        recipe.training = Silent()
        #expect(throws: AttackError.self) { try AttackPlan("ipm", attackers: "a1", among: members, recipe: recipe) }
        #expect(throws: Never.self) { try AttackPlan("label_flip", attackers: "a1", among: members, recipe: recipe) }
    }
}
