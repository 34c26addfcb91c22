// SPDX-License-Identifier: Apache-2.0
package import EngramWire

/// Why an upload does not count.
package enum UpdateError: Error, Equatable, Sendable, CustomStringConvertible {
    case unreadable(String)
    case missing(String)
    case tooManyRows(claimed: Int, declared: Int)
    case unasked(String)
    case wrongShape(tensor: String, expected: Int, found: Int)
    case normTooLarge(slot: SlotID, norm: Double, limit: Double)
    case stale(round: Int, current: Int)

    package var description: String {
        switch self {
        case .unreadable(let why): "the upload cannot be read: \(why)"
        case .missing(let name): "the upload lacks '\(name)', or it is out of range"
        case .tooManyRows(let claimed, let declared): "the upload claims \(claimed) training rows, the agent declared \(declared)"
        case .unasked(let name): "the upload holds '\(name)', which was not asked for"
        case .wrongShape(let tensor, let expected, let found): "'\(tensor)' has \(found) numbers instead of \(expected)"
        case .normTooLarge(let slot, let norm, let limit): "the update of \(slot) has norm \(norm); the recipe allows \(limit)"
        case .stale(let round, let current): "the upload is for round \(round); the run is at round \(current)"
        }
    }
}
