// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramLearning
import EngramTensors
import EngramWire

@testable import EngramFederation

/// Constellation fed by hand: agents with a hidden group, whose updates point where their group does and whose losses fall with models of
/// their own group. Nothing is trained.
struct ConstellationScript {
    var grouping: Constellation
    var state: Constellation.State
    var book = ClusterBook()
    /// The hidden group of each agent; may be changed to make an agent drift.
    var groups: [Int]
    var round = 0
    var rounds = 200
    /// Loss under a model that serves nobody in particular, and how much of it a model of one's own group takes away.
    var loss = 1.0
    var gain = 0.3
    /// How unlike the agents of one group look, by their signatures.
    var noise = 0.4
    var norms: [Int: Double] = [:]
    /// How much of that is still there once the answers are brought to the agent's level; nil if agents say nothing of it.
    var lasting: Double?
    /// What a candidate of a merge takes away besides.
    var mergeBonus = 0.0

    init(_ groups: [Int], _ change: (inout Constellation) -> Void = { _ in }) {
        grouping = Constellation()
        change(&grouping)
        self.groups = groups
        state = grouping.begin(groups.indices.map(Self.member), book: &book) { Digest(of: [UInt8($0)]) }
    }

    static func member(_ agent: Int) -> Member { Member(id: .toy(agent), profile: ToyFederation.profile) }

    var clusters: [[Int]] { book.clusters.map { $0.members.compactMap { Int($0.rawValue.dropFirst()) } } }

    func events(_ kind: LineageEvent.Kind) -> [LineageEvent] { book.lineage.filter { $0.event == kind } }

    mutating func add(_ agent: Int) {
        grouping.welcome([Self.member(agent)], round: round, state: &state, book: &book)
    }

    /// Plays rounds until a condition holds; false if it never does.
    mutating func play(atMost limit: Int = 60, until done: (Self) -> Bool) -> Bool {
        for _ in 0..<limit {
            if done(self) { return true }
            play()
        }
        return done(self)
    }

    /// One round: offers are looked at, evidence is made up from the hidden groups.
    mutating func play(rounds count: Int = 1) {
        for _ in 0..<count {
            round += 1
            let agents = groups.indices.map { evidence(of: $0) }.sorted { $0.agent < $1.agent }
            grouping.review(
                RoundEvidence(round: round, rounds: rounds, agents: agents, meanNorms: [:]), state: &state, book: &book)
        }
    }

    /// What share of those who train a slot belong to a group.
    private func share(_ slot: SlotID, of group: Int) -> Double {
        var trainers = book.cluster(slot)?.members.compactMap { Int($0.rawValue.dropFirst()) } ?? []
        for trial in state.trials where trial.candidates.contains(slot) {
            trainers = trial.side.keys.filter { trial.candidate(for: $0) == slot }.compactMap { Int($0.rawValue.dropFirst()) }
        }
        trainers = trainers.filter { state.newcomers[.toy($0)] == nil }
        guard !trainers.isEmpty else { return 0 }
        return Double(trainers.count { groups[$0] == group }) / Double(trainers.count)
    }

    private func evidence(of agent: Int) -> AgentEvidence {
        let offers = grouping.offers(to: .toy(agent), round: round, state: state, book: book)
        let home = offers.uses.first { $0.use == .home }?.slot ?? .cluster(1)
        var generator = SeededGenerator(seed: 11, "evidence", String(agent), String(round))
        let merging = Set(state.trials.filter { $0.kind == .merge }.flatMap(\.candidates))
        func value(_ slot: SlotID) -> Double {
            loss - gain * share(slot, of: groups[agent]) - (merging.contains(slot) ? mergeBonus : 0)
        }
        var slots: [SlotID: AgentEvidence.SlotFigures] = [:]
        let own = value(home)
        for (slot, use) in offers.uses {
            let luck = slot == home ? 0 : 0.01 * generator.normal()
            slots[slot] = AgentEvidence.SlotFigures(
                trainLoss: nil, validation: Evaluation(count: 75, loss: value(slot) + luck, metric: 0.5),
                calibratedLoss: lasting.map { loss + $0 * (value(slot) - loss) + luck },
                gain: own - value(slot) - luck,
                gainDeviation: 0.1, norm: use == .probe ? nil : norms[agent] ?? 1)
        }
        let group = groups[agent]
        let signature = Signature((0..<64).map { j in Float((j % 8 == group ? 1.0 : 0) + noise * generator.normal()) })
        return AgentEvidence(agent: .toy(agent), home: home, rows: 24, slots: slots, signature: signature, rowsOfReport: nil)
    }
}
