// SPDX-License-Identifier: Apache-2.0
package import EngramWire

/// Why an agent could not do what was asked.
package enum ParticipantError: Error, Equatable, Sendable, CustomStringConvertible {
    case wrongMemory(held: Int, wanted: Int)
    case missingModel(SlotID)
    case wrongModel(SlotID)
    case noHome
    case diverged(SlotID)
    case personalDiverged
    case noSecret
    /// Everything that was computed since may be wrong.
    case learnerFailed(String)

    package var description: String {
        switch self {
        case .wrongMemory(let held, let wanted):
            "the memory kept here is of round \(held), the coordinator builds on round \(wanted); "
                + "restore the agent's state folder; until then the run goes on without this agent"
        case .missingModel(let slot): "the model of slot \(slot) did not come with the work"
        case .wrongModel(let slot): "the model of slot \(slot) does not fit this shard and recipe"
        case .noHome: "the work names no home slot"
        case .noSecret: "privacy 'local' needs a secret of this agent's own, and it was started without one"
        case .learnerFailed(let why): "the agent's own trainer failed: \(why)"
        case .personalDiverged:
            "training of this agent's own part diverged to NaN or infinity; lower optimiser.rate or the strength that the training has (such as lambda) in the recipe"
        case .diverged(let slot): "training of slot \(slot) diverged to NaN or infinity; lower optimiser.rate in the recipe"
        }
    }
}
