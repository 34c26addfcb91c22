// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import EngramAgent
import EngramLearning
import Logging

/// `--trainer` and its limits, the same wherever a trainer is started.
struct TrainerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Train a model of your own by this program, such as 'python3 cnn.py' (docs/own-trainers.md).", valueName: "command"))
    var trainer: String?
    @Option(help: "Seconds within which the trainer must answer a request.") var trainerSeconds = TrainerLimits().answerSeconds
    @Option(help: "Seconds within which the trainer must be ready.") var trainerStartSeconds = TrainerLimits().startSeconds
    @Option(help: "How often in a row a trainer that fails is started again.") var trainerRestarts = TrainerLimits().restarts

    func validate() throws {
        guard trainerSeconds > 0, trainerStartSeconds > 0, trainerSeconds <= 1e7, trainerStartSeconds <= 1e7 else {
            throw ValidationError("--trainer-seconds and --trainer-start-seconds are above 0 and at most 10000000")
        }
        guard (0...1000).contains(trainerRestarts) else { throw ValidationError("--trainer-restarts is 0 to 1000") }
    }

    /// The program as a learner; nil when the built-in network is trained. Nothing is started yet.
    func learner(of shardPath: String, _ shard: Shard, agent: String, log: Logger) -> ExternalTrainer? {
        guard let trainer else { return nil }
        var limits = TrainerLimits()
        limits.answerSeconds = trainerSeconds
        limits.startSeconds = trainerStartSeconds
        limits.restarts = trainerRestarts
        return ExternalTrainer(
            command: trainer, place: .init(shardPath: shardPath, shard: shard, agent: agent), limits: limits, log: log)
    }
}
