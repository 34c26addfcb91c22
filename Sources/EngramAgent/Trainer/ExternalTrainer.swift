// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
import EngramLocks
package import EngramTensors
import Foundation
package import Logging

/// A site owner's own trainer as a learner: its process is started when it is first needed, stays for the whole run, and is started again when it
/// failed, a limited number of times in a row.
///
/// Blocking. Unchecked: but for `isStopped`, which any thread may set, all of it is touched by the training thread alone.
package final class ExternalTrainer: Learner, @unchecked Sendable {
    /// What the program is told of the agent.
    package struct Place: Sendable {
        /// Absolute.
        let shardPath: String
        let shard: Shard
        let agent: String

        package init(shardPath: String, shard: Shard, agent: String) {
            self.shardPath = URL(fileURLWithPath: shardPath).standardizedFileURL.path
            self.shard = shard
            self.agent = agent
        }

        var outputs: Int { shard.task == .classes ? shard.classes : 1 }
    }

    /// Outputs that are kept: a round asks for the same model and rows several times.
    private static let kept = 8

    private let command: String
    private let place: Place
    private let limits: TrainerLimits
    private let log: Logger
    private let stopped = Mutex(false)
    private var program: TrainerProgram?
    private var round = 0
    private var known: [(parameters: ParameterSet, rows: [Int], outputs: [Float])] = []
    package private(set) var skills: Set<LearnerSkill> = []
    package private(set) var failure: String?

    package init(command: String, place: Place, limits: TrainerLimits, log: Logger) {
        self.command = command
        self.place = place
        self.limits = limits
        self.log = log
    }

    // MARK: Learner

    package func begin(round: Int) {
        self.round = round
        known = []
    }

    package func outputs(_ parameters: ParameterSet, rows: [Int]) -> [Float] {
        if let held = known.first(where: { $0.rows == rows && $0.parameters == parameters }) { return held.outputs }
        let width = place.outputs
        let request = TrainerMessage(
            TrainerMessage.outputs, ["round": String(round)],
            tensors: TrainerMessage.tensors(TrainerMessage.model, parameters) + [TrainerMessage.rows(rows)])
        let made = ask(request) { answer in
            let outputs = try answer.outputs(rows: rows.count, width: width)
            guard Kernels.isFinite(outputs) else {
                throw TrainerError.badAnswer(verb: TrainerMessage.outputs, "it holds a value that is not finite")
            }
            return outputs
        }
        guard let made else { return [Float](repeating: 0, count: rows.count * width) }
        known.append((parameters, rows, made))
        if known.count > Self.kept { known.removeFirst() }
        return made
    }

    package func train(_ parameters: inout ParameterSet, _ lesson: Lesson) -> Double {
        var fields = [
            "round": String(round), "seed": String(lesson.seed), "rate": String(lesson.rate), "epochs": String(lesson.sgd.epochs),
            "batch": String(lesson.sgd.batch), "momentum": String(lesson.sgd.momentum),
            "weight_decay": String(lesson.sgd.weightDecay),
        ]
        var tensors = TrainerMessage.tensors(TrainerMessage.model, parameters) + [TrainerMessage.rows(lesson.rows)]
        if let pull = lesson.pull {
            fields["pull"] = String(pull.strength)
            tensors += TrainerMessage.tensors(TrainerMessage.anchor, pull.anchor)
        }
        if !lesson.frozen.isEmpty { fields["frozen"] = lesson.frozen.joined(separator: ",") }
        let layout = parameters.layout
        let made = ask(TrainerMessage(TrainerMessage.train, fields, tensors: tensors)) { answer in
            guard let loss = answer["loss"].flatMap({ Double($0) }) else {
                throw TrainerError.badAnswer(verb: TrainerMessage.train, "it has no number engram.loss")
            }
            return (loss, try answer.parameters(layout))
        }
        guard let (loss, trained) = made else { return 0 }
        // What is frozen stays so, whatever the program did.
        let frozen = Set(lesson.frozen)
        if let part = try? trained.selecting(layout.selecting { !frozen.contains($0) }) { try? parameters.replace(with: part) }
        return loss
    }

    // MARK: Beside training

    /// The program's own first model: its tensors, and its head in the metadata, as a model file.
    package func firstModel(seed: UInt32) throws(TrainerError) -> [UInt8] {
        guard let (answer, head) = initial(seed: seed) else { throw .gaveUp(failure ?? "the trainer gave no model") }
        let tensors = answer.map { Safetensors.Tensor(name: $0.name, type: $0.type, shape: $0.shape, bytes: $0.bytes) }
        return Safetensors.serialise(tensors, metadata: head.isEmpty ? [:] : [ExternalModel.headKey: head])
    }

    /// Why this program cannot train that model, or nil. Starts it, if need be, to ask.
    package func objection(to model: ExternalModel) -> String? {
        guard let (tensors, _) = initial(seed: 1) else { return failure }
        let own = Dictionary(tensors.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })
        for spec in model.layout.tensors {
            guard let shape = own[spec.name] else {
                return "the run's model has the tensor “\(spec.name)”, the trainer's has not"
            }
            if shape != spec.shape {
                return "“\(spec.name)” has the shape \(spec.shape) in the run's model and \(shape) in the trainer's"
            }
        }
        let more = own.keys.sorted().first { model.layout.range(of: $0) == nil }
        return more.map { "the trainer's model has the tensor “\($0)”, the run's has not" }
    }

    private func initial(seed: UInt32) -> (tensors: [Safetensors.Tensor], head: String)? {
        ask(TrainerMessage(TrainerMessage.initial, ["seed": String(seed)])) { answer in
            let tensors = try answer.tensors.map { tensor in
                guard tensor.name.hasPrefix(TrainerMessage.model), tensor.type == .f32 else {
                    throw TrainerError.badAnswer(
                        verb: TrainerMessage.initial,
                        "“\(tensor.name)” is \(tensor.type.rawValue): only F32 tensors named model/… belong there")
                }
                return Safetensors.Tensor(
                    name: String(tensor.name.dropFirst(TrainerMessage.model.count)), type: tensor.type, shape: tensor.shape,
                    bytes: tensor.bytes)
            }
            if tensors.isEmpty { throw TrainerError.badAnswer(verb: TrainerMessage.initial, "it has no tensors") }
            return (tensors, answer["head"] ?? "")
        }
    }

    // MARK: Life

    /// Ends whatever it is asked just now; any thread may call this. It does nothing more after it.
    package func stop() { stopped.withLock { $0 = true } }

    package var isStopped: Bool { stopped.withLock { $0 } }

    /// Lets the program end.
    package func close() {
        program?.close()
        program = nil
    }

    /// The answer as `read` understands it; nil after a failure, which is then in `failure`.
    private func ask<T>(_ request: TrainerMessage, _ read: (TrainerMessage) throws -> T) -> T? {
        guard failure == nil else { return nil }
        let verb = request["verb"] ?? ""
        let message = request.encoded()
        var pause = limits.firstPauseSeconds
        for attempt in 0... {
            do throws(TrainerError) {
                return try answer(message, verb, limits.answerSeconds, from: try running(), read)
            } catch {
                program?.kill()
                program = nil
                if error == .stopped || attempt >= limits.restarts {
                    failure =
                        error == .stopped || limits.restarts == 0
                        ? "\(error)" : "\(error); it was started \(limits.restarts + 1) times, in vain"
                    return nil
                }
                log.warning(
                    "trainer failed, starting it again",
                    metadata: [
                        "error": "\(error)", "attempt": "\(attempt + 1) of \(limits.restarts)", "pause.seconds": "\(pause)",
                    ])
                rest(pause)
                pause = min(2 * pause, limits.longestPauseSeconds)
            }
        }
        return nil
    }

    private func answer<T>(
        _ message: [UInt8], _ verb: String, _ seconds: Double, from program: TrainerProgram, _ read: (TrainerMessage) throws -> T
    ) throws(TrainerError) -> T {
        guard message.count <= limits.messageBytes else { throw .tooLarge(message.count, limit: limits.messageBytes) }
        let file = try program.ask(message, verb: verb, seconds: seconds) { isStopped }
        do {
            let answer = try TrainerMessage(file: file)
            if let why = answer["error"] { throw TrainerError.refused(verb: verb, String(why.prefix(limits.lineBytes))) }
            return try read(answer)
        } catch let error as TrainerError {
            throw error
        } catch {
            throw .badAnswer(verb: verb, "\(error)")
        }
    }

    /// The program, started and greeted if it is not there.
    private func running() throws(TrainerError) -> TrainerProgram {
        if let program { return program }
        if isStopped { throw .stopped }
        let log = log
        let made = try TrainerProgram(command: command, limits: limits) { log.info("trainer", metadata: ["says": "\($0)"]) }
        program = made
        let hello = TrainerMessage(
            TrainerMessage.hello,
            [
                "protocol": TrainerMessage.version, "shard": place.shardPath, "agent": place.agent,
                "task": place.shard.task.rawValue,
                "inputs": String(place.shard.data.dimension), "outputs": String(place.outputs),
                "rows": String(place.shard.data.count),
            ])
        let (name, can) = try answer(hello.encoded(), TrainerMessage.hello, limits.startSeconds, from: made) { answer in
            guard answer["protocol"] == TrainerMessage.version else {
                throw TrainerError.badAnswer(
                    verb: TrainerMessage.hello,
                    "it speaks protocol \(answer["protocol"] ?? "none"), this agent \(TrainerMessage.version)")
            }
            let words = (answer["can"] ?? "").split(separator: ",").compactMap { LearnerSkill(rawValue: String($0)) }
            return (answer["name"] ?? "", Set(words))
        }
        skills = can
        log.info(
            "trainer started",
            metadata: [
                "command": "\(command)", "name": "\(name)", "can": "\(can.sorted().map(\.rawValue).joined(separator: ","))",
            ])
        return made
    }

    private func rest(_ seconds: Double) {
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end, !isStopped { Thread.sleep(forTimeInterval: min(0.1, seconds)) }
    }
}
