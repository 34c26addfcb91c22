// SPDX-License-Identifier: Apache-2.0
import EngramBytes
package import EngramFederation
package import EngramLearning
import EngramSockets
import EngramTensors
package import EngramWire

/// An agent's training, on a thread of its own: assignments in, uploads out; memory and deployed model on disk.
package actor LocalTrainer {
    /// What a finished assignment is worth sending.
    package struct Result: Sendable {
        package let assignment: Assignment
        package let upload: [UInt8]
        package let chosen: Row
    }

    private let thread = ThreadExecutor(name: "engram-training")
    private let id: AgentID
    private let shard: Shard
    private let memories: MemoryFolder
    private let deployment: String
    private let attacker: Attacker?
    private let secret: UInt64?
    /// Nil: the built-in network is trained.
    private nonisolated let trainer: ExternalTrainer?
    private var participants: [Digest: Participant] = [:]
    /// The last result: a broken connection does not train twice.
    private var last: Result?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    /// `secret` is what the noise of local privacy follows from; `attacker` makes the agent a hostile one, for experiments; `trainer` is the site
    /// owner's own program.
    package init(
        id: AgentID, shard: Shard, memories: MemoryFolder, deployment: String, secret: UInt64? = nil, attacker: Attacker? = nil,
        trainer: ExternalTrainer? = nil
    ) {
        self.id = id
        self.shard = shard
        self.memories = memories
        self.deployment = deployment
        self.secret = secret
        self.attacker = attacker
        self.trainer = trainer
    }

    /// What the agent says of itself.
    package nonisolated var profile: AgentProfile { AgentProfile(shard, hasTrainer: trainer != nil) }

    /// Ends what is under way in the site owner's program; any thread may call this.
    package nonisolated func stop() { trainer?.stop() }

    /// Lets the site owner's program end.
    package func close() { trainer?.close() }

    /// Does an assignment; `models` are the blobs of its offers, `recipe` the blob of the run's recipe, `initial` that of the first model if the
    /// run trains one of somebody's own.
    package func perform(
        _ assignment: Assignment, recipe: [UInt8], initial: [UInt8]? = nil, models: [SlotID: [UInt8]]
    ) throws -> Result {
        if let last, last.assignment == assignment { return last }
        do {
            return try train(assignment, try participant(recipe, initial), models)
        } catch {
            // A program that was stopped has not failed.
            if trainer?.isStopped == true { throw CancellationError() }
            if let failure = trainer?.failure { throw AgentError.trainerFailed(failure) }
            throw error
        }
    }

    private func train(
        _ assignment: Assignment, _ participant: Participant, _ models: [SlotID: [UInt8]]
    ) throws -> Result {
        let memory = try memories.load(assignment.run, round: assignment.base, layout: participant.network.layout)
        let offered = try models.mapValues { try ParameterSet(safetensors: $0, layout: participant.exchange.layout) }
        let outcome = try participant.perform(assignment, models: offered, memory: memory)
        if assignment.trains {
            try memories.save(outcome.memory)
        } else {
            try deploy(outcome, assignment)
        }
        memories.prune(assignment.run, keeping: [assignment.base, assignment.round])
        let result = Result(assignment: assignment, upload: outcome.upload.encoded(), chosen: outcome.rows.chosen)
        last = result
        return result
    }

    private func participant(_ recipe: [UInt8], _ initial: [UInt8]?) throws -> Participant {
        let digest = Digest(of: recipe)
        if let known = participants[digest] { return known }
        let text = String(decoding: recipe, as: UTF8.self)
        var parsed = try Recipe(yaml: text)
        if let why = parsed.problem(with: profile) { throw AgentError.badWork(why) }
        if let model = parsed.external, let trainer {
            guard let initial else { throw AgentError.badWork("it comes without the first model") }
            try parsed.external?.attach(initial)
            if let why = trainer.objection(to: model) ?? parsed.objection(to: trainer.skills) { throw AgentError.badWork(why) }
        }
        let made = Participant(id: id, recipe: parsed, shard: shard, attacker: attacker, secret: secret, learner: trainer)
        participants = [digest: made]
        return made
    }

    /// Writes what the gate chose, with what it is.
    private func deploy(_ outcome: Participant.Outcome, _ assignment: Assignment) throws {
        try DurableFile.makeFolder(deployment)
        let metadata = [
            "engram.run": assignment.run.rawValue, "engram.round": String(assignment.round), "engram.agent": id.rawValue,
            "engram.chosen": outcome.rows.chosen.rawValue, "engram.task": shard.task.rawValue,
        ]
        let answer = outcome.deployed ?? Answer(ParameterSet(zeros: ParameterLayout()))
        try DurableFile.write(answer.safetensors(metadata: metadata), to: "\(deployment)/\(assignment.run).safetensors")
    }
}
