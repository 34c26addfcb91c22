// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramLocks
import EngramTensors
import EngramWire

/// What a watched run said last.
final class LastLine: Sendable {
    private let line = Mutex<Admin.RunLine?>(nil)

    var value: Admin.RunLine? { line.withLock { $0 } }

    func set(_ new: Admin.RunLine) { line.withLock { $0 = new } }
}

extension LocalFederation {
    static func shuffle(_ ids: inout [AgentID], seed: UInt64) {
        var generator = SeededGenerator(seed: seed, "order")
        generator.shuffle(&ids)
    }
}
