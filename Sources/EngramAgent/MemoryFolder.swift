// SPDX-License-Identifier: Apache-2.0
package import EngramFederation
package import EngramTensors
package import EngramWire
import Foundation

/// An agent's memories on disk, one file per run and round, each durable before the upload that belongs to it is offered.
///
/// Two versions are kept: the base that the coordinator counts on, and the newest. Blocking: callers run it on the training thread.
package struct MemoryFolder: Sendable {
    private let path: String

    package init(_ path: String) { self.path = path }

    private func folder(_ run: RunID) -> String { "\(path)/\(run)" }
    private func file(_ run: RunID, _ round: Int) -> String { "\(folder(run))/memory-\(round).safetensors" }

    /// The memory of a round; nil for round 0, before anything counted.
    package func load(_ run: RunID, round: Int, layout: ParameterLayout) throws -> AgentMemory? {
        guard round > 0 else { return nil }
        let file = file(run, round)
        guard let data = FileManager.default.contents(atPath: file) else {
            throw AgentError.memoryMissing(run: run, round: round, path: file)
        }
        do {
            return try AgentMemory(safetensors: [UInt8](data), layout: layout)
        } catch {
            throw AgentError.memoryDamaged(path: file, reason: "\(error)")
        }
    }

    /// Writes durably: the old file or the new one, never a part.
    package func save(_ memory: AgentMemory) throws {
        try DurableFile.makeFolder(folder(memory.run))
        try DurableFile.write(memory.safetensors(), to: file(memory.run, memory.round))
    }

    /// Removes all versions of a run but these.
    package func prune(_ run: RunID, keeping rounds: Set<Int>) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder(run))) ?? [] {
            guard name.hasPrefix("memory-"), name.hasSuffix(".safetensors"),
                let round = Int(name.dropFirst("memory-".count).dropLast(".safetensors".count)), !rounds.contains(round)
            else { continue }
            // A version too many does no harm; the next round tries again.
            try? FileManager.default.removeItem(atPath: "\(folder(run))/\(name)")
        }
    }
}
