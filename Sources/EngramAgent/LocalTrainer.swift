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
    private var participants: [Digest: Participant] = [:]
    /// The last result: a broken connection does not train twice.
    private var last: Result?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    /// `secret` is what the noise of local privacy follows from; `attacker` makes the agent a hostile one, for experiments.
    package init(
        id: AgentID, shard: Shard, memories: MemoryFolder, deployment: String, secret: UInt64? = nil, attacker: Attacker? = nil
    ) {
        self.id = id
        self.shard = shard
        self.memories = memories
        self.deployment = deployment
        self.secret = secret
        self.attacker = attacker
    }

    /// Does an assignment; `models` are the blobs of its offers, `recipe` the blob of the run's recipe.
    package func perform(_ assignment: Assignment, recipe: [UInt8], models: [SlotID: [UInt8]]) throws -> Result {
        if let last, last.assignment == assignment { return last }
        let participant = try participant(recipe)
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

    private func participant(_ recipe: [UInt8]) throws -> Participant {
        let digest = Digest(of: recipe)
        if let known = participants[digest] { return known }
        let text = String(decoding: recipe, as: UTF8.self)
        let parsed = try Recipe(yaml: text)
        if let why = parsed.problem(with: AgentProfile(shard)) { throw AgentError.badWork(why) }
        let made = Participant(id: id, recipe: parsed, shard: shard, attacker: attacker, secret: secret)
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
