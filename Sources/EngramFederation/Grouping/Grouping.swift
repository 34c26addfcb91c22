// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
package import EngramLearning
package import EngramWire

/// Who shares a model with whom, decided from what uploads reveal: signatures, losses on the agents' own data, update norms.
///
/// A grouping is configuration; what it remembers is its `State`, which is stored after every round and is its only memory.
package protocol Grouping: Choice {
    associatedtype State: Codable & Sendable

    /// Founds the clusters; `initial` gives the digest of the n-th seeded initial model.
    func begin(_ members: [Member], book: inout ClusterBook, initial: (Int) -> Digest) throws(RecipeError) -> State

    /// Gives agents that joined a running run a first home (the machine keeps them out of the sums until `state` says otherwise).
    func welcome(_ newcomers: [Member], round: Int, state: inout State, book: inout ClusterBook)

    /// The models that an agent gets in a round; the reference is added by the machine.
    func offers(to agent: AgentID, round: Int, state: State, book: ClusterBook) -> Offers

    /// Draws conclusions from a round's uploads, in agent order. The evidence is of the models that *entered* the round.
    func review(_ evidence: RoundEvidence, state: inout State, book: inout ClusterBook)

    /// Whether this agent's update counts (newcomers on probation do not).
    func counts(_ agent: AgentID, state: State) -> Bool

    /// The cluster that would be second best for an agent, with figures, for `cluster explain`.
    func alternative(for agent: AgentID, state: State, book: ClusterBook) -> Alternative?

    /// Whether models follow from each other: `mix` is then called after every fold.
    var mixes: Bool { get }
    /// Whether `mix` makes all models anew in every round, so that none follows by a step from the one before.
    var remakesModels: Bool { get }

    /// After the updates were folded, on the fold thread: may change the clusters' models in sight of all updates of the round, and may
    /// tell `review` what it saw. Throwing fails the fold.
    func mix(_ desk: inout MixingDesk, state: State) throws

    /// Numbers that an agent tells about its data when `Offers.describes` says so; nil: this grouping does not ask.
    func descriptorCount(_ network: Network) -> Int?

    /// On the agent: the descriptor of its training rows, of the promised size.
    func descriptor(_ shard: Shard, network: Network) -> [Float]

    /// A combination with the rest of the recipe that makes no sense, or nil.
    func objection(to recipe: Recipe) -> String?
}

extension Grouping {
    package func counts(_ agent: AgentID, state: State) -> Bool { true }
    package func alternative(for agent: AgentID, state: State, book: ClusterBook) -> Alternative? { nil }
    package var mixes: Bool { false }
    package var remakesModels: Bool { false }
    package func mix(_ desk: inout MixingDesk, state: State) throws {}
    package func descriptorCount(_ network: Network) -> Int? { nil }
    package func descriptor(_ shard: Shard, network: Network) -> [Float] { [] }
    package func objection(to recipe: Recipe) -> String? { nil }
}

/// What one agent does with the models of one round.
package struct Offers: Equatable, Sendable {
    package enum Use: String, Codable, Sendable {
        /// The agent's cluster: evaluated and trained.
        case home
        /// A candidate on trial: evaluated and trained beside the home.
        case candidate
        /// Another cluster's model: evaluated on validation data only.
        case probe
        /// The global reference: evaluated and trained.
        case reference
    }

    package var uses: [(slot: SlotID, use: Use)]
    /// The agent takes the offered home with the least loss on its training rows, and trains that one only (IFCA).
    package var choosesHome: Bool
    /// The agent says for which share of its training rows each offered home or probe is the best (FedSoft).
    package var shares: Bool
    /// The agent sends the grouping's descriptor of its data.
    package var describes: Bool

    package init(
        _ uses: [(slot: SlotID, use: Use)], choosesHome: Bool = false, shares: Bool = false, describes: Bool = false
    ) {
        self.uses = uses
        self.choosesHome = choosesHome
        self.shares = shares
        self.describes = describes
    }

    package static func == (a: Offers, b: Offers) -> Bool {
        a.choosesHome == b.choosesHome && a.shares == b.shares && a.describes == b.describes
            && a.uses.map(\.slot) == b.uses.map(\.slot) && a.uses.map(\.use) == b.uses.map(\.use)
    }
}

/// The runner-up among clusters for one agent.
package struct Alternative: Codable, Equatable, Sendable {
    package let cluster: SlotID
    package let reason: String
    package let figures: [String: Double]
}

/// What a round's uploads told, in agent order.
package struct RoundEvidence: Sendable {
    package let round: Int
    /// Rounds of the whole run.
    package let rounds: Int
    package let agents: [AgentEvidence]
    /// ‖combined update‖ of each slot that moved in this round.
    package let meanNorms: [SlotID: Double]
    /// What `mix` saw of each agent.
    package let table: [AgentID: [Double]]

    package init(
        round: Int, rounds: Int, agents: [AgentEvidence], meanNorms: [SlotID: Double], table: [AgentID: [Double]] = [:]
    ) {
        self.table = table
        self.round = round
        self.rounds = rounds
        self.agents = agents
        self.meanNorms = meanNorms
    }

    package subscript(agent: AgentID) -> AgentEvidence? { agents.first { $0.agent == agent } }
}

extension Catalogue where Axis == any Grouping {
    package static var grouping: Self {
        Self([
            .init(name: Everyone.name, summary: Everyone.summary) { Everyone() },
            .init(name: Given.name, summary: Given.summary) { Given() },
            .init(name: CFL.name, summary: CFL.summary) { CFL() },
            .init(name: IFCA.name, summary: IFCA.summary) { IFCA() },
            .init(name: Laplacian.name, summary: Laplacian.summary) { Laplacian() },
            .init(name: Attention.name, summary: Attention.summary) { Attention() },
            .init(name: Hypernetwork.name, summary: Hypernetwork.summary) { Hypernetwork() },
            .init(name: Hierarchical.name, summary: Hierarchical.summary) { Hierarchical() },
            .init(name: FedGroup.name, summary: FedGroup.summary) { FedGroup() },
            .init(name: FeSEM.name, summary: FeSEM.summary) { FeSEM() },
            .init(name: PACFL.name, summary: PACFL.summary) { PACFL() },
            .init(name: StoCFL.name, summary: StoCFL.summary) { StoCFL() },
            .init(name: FedSoft.name, summary: FedSoft.summary) { FedSoft() },
            .init(name: Constellation.name, summary: Constellation.summary) { Constellation() },
        ])
    }
}
