// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramWire

/// The names of files in the spool: `run-ID/ROUND/AGENT.DIGEST.part`, and `.upload` once it is whole.
///
/// The digest is in the name, so a file of another upload is never continued or overwritten. The suffixes come after
/// identifiers, which cannot start with a dot, so every name reads back in one way.
enum SpoolPaths {
    enum Kind: String, CaseIterable {
        case partial = ".part"
        case whole = ".upload"
    }

    static func folder(of run: RunID) -> String { "run-\(run)" }
    static func folder(of key: UploadKey) -> String { folder(of: key.run) + "/\(key.round)" }

    static func file(_ key: UploadKey, _ digest: Digest, _ kind: Kind) -> String {
        folder(of: key) + "/\(key.agent).\(digest.hex)\(kind.rawValue)"
    }

    static func run(_ name: String) -> RunID? {
        name.hasPrefix("run-") ? RunID(String(name.dropFirst(4))) : nil
    }

    static func round(_ name: String) -> Int? {
        Int(name).flatMap { String($0) == name ? $0 : nil }
    }

    /// What a file in a round's folder holds; nil for a file that is not ours.
    static func upload(_ name: String) -> (agent: AgentID, digest: Digest, kind: Kind)? {
        for kind in Kind.allCases where name.hasSuffix(kind.rawValue) {
            let stem = name.dropLast(kind.rawValue.count)
            guard let digest = Digest(hex: String(stem.suffix(64))), stem.dropLast(64).last == ".",
                let agent = AgentID(String(stem.dropLast(65)))
            else { return nil }
            return (agent, digest, kind)
        }
        return nil
    }
}
