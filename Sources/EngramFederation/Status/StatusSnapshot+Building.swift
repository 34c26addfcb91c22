// SPDX-License-Identifier: Apache-2.0
import EngramLearning
package import EngramWire

extension StatusSnapshot {
    /// Draws up what a coordinator showed. Limits hold for all runs together, the newest served first.
    ///
    /// `positions` are the maps of those runs that have one.
    package init(
        revision: Int, time: Double, daemon: Daemon, runs views: [RunView], connected: Set<AgentID>,
        positions: [RunID: SignatureMap], limits: SnapshotLimits
    ) {
        var budget = limits
        var drawn: [Run] = []
        for view in views.suffix(limits.runs).reversed() {
            drawn.append(Run(view, connected: connected, map: positions[view.run], budget: &budget))
        }
        self.init(revision: revision, time: time, daemon: daemon, runs: drawn.reversed())
    }
}

extension StatusSnapshot.Run {
    /// Takes what it shows off the budget.
    init(_ view: RunView, connected: Set<AgentID>, map: SignatureMap?, budget: inout SnapshotLimits) {
        let state = view.machine.state
        let recipe = view.machine.recipe
        let byRound = Dictionary(view.summaries.map { ($0.round, $0) }) { first, _ in first }
        let committed = view.summaries.filter { $0.round >= 1 && $0.round <= recipe.rounds }
        let history = committed.suffix(budget.rounds)
        let members = state.members.prefix(budget.agents)
        let events = state.book.lineage.suffix(budget.events)
        budget.rounds -= history.count
        budget.agents -= members.count
        budget.events -= events.count

        run = state.run
        self.state = state.phase.name
        self.recipe = recipe.name
        grouping = type(of: recipe.grouping).name
        seed = recipe.seed
        created = view.created
        round = min(state.round, recipe.rounds)
        rounds = recipe.rounds
        phase = StatusSnapshot.Phase(view, connected: connected)
        seconds = view.summaries.reduce(0) { $0 + $1.seconds }
        bytesUp = view.summaries.reduce(0) { $0 + $1.bytesUp }
        bytesDown = view.summaries.reduce(0) { $0 + $1.bytesDown }
        uploadsAccepted = view.notes.uploadsAccepted
        uploadsRefused = view.notes.uploadsRefused
        let figures = state.members.compactMap { state.rows[$0.id]?.test }
        var weighted: [Row: Double] = [:]
        for row in Row.allCases { weighted[row] = Evaluation.weightedMetric(figures.compactMap { $0[row] }) }
        metric = weighted
        self.history = history.map { StatusSnapshot.Round($0, next: byRound[$0.round + 1]) }
        agents = Self.agents(members, of: state, connected, map)
        clusters = state.book.clusters.compactMap { cluster in
            state.book.slot(cluster.id).map { StatusSnapshot.Cluster(cluster, $0) }
        }
        trials = state.book.slots.filter { $0.role == .candidate }.map { StatusSnapshot.Trial($0) }
        lineage = Array(events)
        refusals = view.notes.refusals
        omitted = StatusSnapshot.Omitted(
            rounds: committed.count - history.count, agents: state.members.count - members.count,
            events: state.book.lineage.count - events.count)
        // Fields that may be null have a value already, and are set when the others have one.
        failure = state.phase.reason ?? view.trouble.map { "suspended, will be taken up again: \($0)" }
        task = state.members.first?.profile.task.rawValue
        metricName = state.members.first?.profile.task.metricName
        epsilon = (view.summaries.last?.epsilon).map { min($0, 1e300) }
    }

    private static func agents(
        _ members: some Sequence<Member>, of state: RunState, _ connected: Set<AgentID>, _ map: SignatureMap?
    ) -> [StatusSnapshot.Agent] {
        // Looked up once: asking the book for each agent would walk all clusters each time.
        var homes: [AgentID: SlotID] = [:]
        for cluster in state.book.clusters { for member in cluster.members { homes[member] = cluster.id } }
        let quarantined = Set(state.book.quarantined)
        return members.map { member in
            let rows = state.rows[member.id]
            var agent = StatusSnapshot.Agent(
                id: member.id, connected: connected.contains(member.id), lastRound: member.lastCounted, absent: member.absent,
                quarantined: quarantined.contains(member.id), train: member.profile.train,
                validation: member.profile.validation, test: member.profile.test, metric: (rows?.test ?? [:]).mapValues(\.metric))
            agent.cluster = homes[member.id]
            agent.truth = member.profile.truth
            agent.chosen = rows?.chosen
            agent.position = map?.positions[member.id]
            return agent
        }
    }
}

extension StatusSnapshot.Round {
    /// A round's models are evaluated where they enter the next.
    init(_ summary: RoundSummary, next: RoundSummary?) {
        round = summary.round
        participants = summary.participants
        lost = summary.lost
        seconds = summary.seconds
        bytesUp = summary.bytesUp
        bytesDown = summary.bytesDown
        loss = summary.loss
        metric = next?.entering ?? [:]
        clusters = summary.clusters.map { Report.Cluster($0, evaluated: next?.enteringClusters?[$0.id]) }
        declaredSeconds = summary.declaredSeconds
        energyJoules = summary.energyJoules
        staleness = summary.staleness
        epsilon = summary.epsilon.map { min($0, 1e300) }
    }
}

extension StatusSnapshot.Cluster {
    init(_ cluster: Cluster, _ slot: Slot) {
        id = cluster.id
        members = cluster.members
        version = slot.version
        born = cluster.born
        model = slot.model
        parent = cluster.parent
    }
}

extension StatusSnapshot.Trial {
    init(_ slot: Slot) {
        id = slot.id
        version = slot.version
        parent = slot.parent
    }
}

extension StatusSnapshot.Agent {
    init(
        id: AgentID, connected: Bool, lastRound: Int, absent: Bool, quarantined: Bool, train: Int, validation: Int, test: Int,
        metric: [Row: Double]
    ) {
        self.id = id
        self.connected = connected
        self.lastRound = lastRound
        self.absent = absent
        self.quarantined = quarantined
        self.train = train
        self.validation = validation
        self.test = test
        self.metric = metric
    }
}
