// SPDX-License-Identifier: Apache-2.0
import EngramWire

extension StatusSnapshot.Phase {
    init(_ view: RunView, connected: Set<AgentID>) {
        let machine = view.machine
        let absent = machine.state.members.filter(\.absent).map(\.id)
        if machine.state.isOver {
            self.init(.over)
        } else if view.trouble != nil {
            self.init(.suspended, late: absent)
        } else if machine.state.phase == .gathering {
            self.init(.gathering, goal: machine.recipe.agents, arrived: machine.newcomers.keys.sorted())
        } else if let open = machine.open {
            let name = open.isFolding ? Name.folding : open.trains ? .collecting : .evaluating
            let awaited = machine.awaited
            let late = Set(absent + (open.isOverdue ? awaited : [])).sorted()
            self.init(name, goal: open.plan.goal, arrived: open.evidence.keys.sorted(), awaited: awaited, late: late)
            round = open.number
            started = view.roundStarted
            deadline = open.deadline.isFinite ? open.deadline : nil
        } else {
            self.init(.idle, late: absent)
        }
    }

    private init(
        _ name: Name, goal: Int = 0, arrived: [AgentID] = [], awaited: [AgentID] = [], late: [AgentID] = []
    ) {
        self.name = name
        self.goal = goal
        self.arrived = arrived
        self.awaited = awaited
        self.late = late
    }
}

extension RunState.Phase {
    /// In the words of operators' answers.
    package var name: String {
        switch self {
        case .gathering: "waiting"
        case .training: "running"
        case .finished: "finished"
        case .cancelled: "cancelled"
        case .failed: "failed"
        }
    }

    /// Why it ended, if not by itself.
    package var reason: String? {
        switch self {
        case .failed(let why), .cancelled(let why): why
        case .gathering, .training, .finished: nil
        }
    }
}
