// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramLearning
import EngramStore
import EngramTransport
import EngramWire
import Logging

/// What operators ask of runs.
extension Coordinator {
    func startRun(_ start: Admin.StartRun, _ session: CoordinatorSession) throws -> Admin.RunLine {
        var recipe = try Recipe(yaml: start.recipe)
        if recipe.external != nil {
            let model = session.model
            session.model = []
            do {
                try recipe.external?.attach(model)
            } catch {
                throw Refused(status: 400, text: "\(error); name the file with engram run start --model FILE")
            }
            _ = try blobs.put(model, durable: true)
        }
        let id: RunID
        if let named = start.run {
            id = named
        } else {
            let base = "run-\(order.count + 1)"
            id = RunID(runs[RunID(checked: base)] == nil ? base : base + "-\(Int(Self.now))") ?? RunID(checked: base)
        }
        // The canonical text: what agents fetch is what the coordinator understood.
        let text = recipe.yaml
        try store.createRun(id, name: recipe.name, recipe: text, seed: UInt64(recipe.seed), at: Self.now)
        let driver = RunDriver(
            id: id, recipe: recipe, text: text, created: Self.now,
            machine: RoundMachine(run: id, recipe: recipe, entropy: .random(in: .min ... .max)), limits: shown)
        runs[id] = driver
        order.append(id)
        log.notice("run started", metadata: ["run.id": "\(id)", "recipe": "\(recipe.name)"])
        for agent in agents.keys.sorted() {
            if let profile = agents[agent]?.profile { apply(.connected(agent, profile), to: driver) }
        }
        return driver.line
    }

    /// Keeps a piece of a model until the run that starts from it; no more than one model for a connection.
    func take(_ piece: Admin.ModelPiece, _ session: CoordinatorSession) throws -> Admin.ModelHeld {
        if piece.offset == 0 { session.model = [] }
        guard piece.offset == session.model.count else {
            throw Refused(
                status: 409, text: "\(session.model.count) bytes of the model are here, the piece begins at \(piece.offset)")
        }
        guard piece.bytes.count <= ExternalModel.fileLimit - session.model.count else {
            throw Refused(status: 400, text: "a run can start from a model file of at most \(ExternalModel.fileLimit) bytes")
        }
        session.model += piece.bytes
        return Admin.ModelHeld(bytes: session.model.count)
    }

    func driver(_ named: RunID?) throws -> RunDriver {
        if let named {
            guard let driver = runs[named] else {
                throw Refused(status: 404, text: "there is no run \(named); see: engram run ls")
            }
            return driver
        }
        guard let newest = order.last.flatMap({ runs[$0] }) else {
            throw Refused(status: 404, text: "there is no run yet; start one: engram run start --recipe constellation")
        }
        return newest
    }

    func detail(of driver: RunDriver) -> Admin.RunDetail {
        Admin.RunDetail(
            line: driver.line, recipe: driver.recipe.yaml, summaries: driver.summaries, lineage: driver.state.book.lineage,
            awaited: driver.machine.awaited)
    }

    func cancel(_ driver: RunDriver) throws -> Admin.RunLine {
        guard !driver.state.isOver else { throw Refused(status: 409, text: "run \(driver.id) is over already") }
        apply(.cancel("cancelled by an operator"), to: driver)
        return driver.line
    }

    func watch(_ name: Admin.RunName, _ session: CoordinatorSession, _ stream: UInt32) throws {
        let driver = try driver(name.run)
        let first = Admin.Progress(line: driver.line, summary: nil, events: [])
        let body = try encode(first) + [UInt8(ascii: "\n")]
        session.driver.submit(.response(.init(stream: stream, status: 200, isLast: driver.state.isOver, body: body)))
        if !driver.state.isOver { driver.watchers.append((session, stream)) }
    }

    /// Tells the watchers of a run what was committed.
    func publish(_ summary: EngramFederation.RoundSummary?, _ events: [LineageEvent], _ driver: RunDriver) {
        guard !driver.watchers.isEmpty else { return }
        let progress = Admin.Progress(line: driver.line, summary: summary, events: events)
        guard let body = try? encode(progress) + [UInt8(ascii: "\n")] else { return }
        for watcher in driver.watchers {
            watcher.session.driver.submit(
                .response(.init(stream: watcher.stream, status: 200, isLast: driver.state.isOver, body: body)))
        }
        if driver.state.isOver { driver.watchers = [] }
    }
}
