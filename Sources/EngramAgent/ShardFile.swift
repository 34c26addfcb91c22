// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
import Foundation

/// Reads what a person names on the command line, with errors that say what to do.
package enum ShardFile {
    package static func read(_ path: String) throws -> Shard {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw AgentError.shardUnreadable(path: path, reason: "there is no such file, or it may not be read")
        }
        let name = ((path as NSString).lastPathComponent as NSString).deletingPathExtension
        do {
            return try Shard(safetensors: [UInt8](data), name: name)
        } catch {
            throw AgentError.shardUnreadable(path: path, reason: "\(error)")
        }
    }

    package static func text(_ path: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: path), let text = String(bytes: data, encoding: .utf8) else {
            throw AgentError.shardUnreadable(path: path, reason: "no such recipe file or preset")
        }
        return text
    }
}
