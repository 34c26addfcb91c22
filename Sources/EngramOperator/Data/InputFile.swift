// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Files that a person names: read whole, never beyond a limit; written whole or not at all.
package enum InputFile {
    package static let dataLimit = 4 << 30
    package static let textLimit = 16 << 20

    package static func read(_ path: String, limit: Int = dataLimit) throws(OperatorError) -> [UInt8] {
        var isFolder: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw .badInput("\(path): there is no such file")
        }
        if isFolder.boolValue { throw .badInput("\(path): this is a folder, a file is needed") }
        do {
            let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
            guard size <= limit else {
                throw OperatorError.badInput("\(path): it has \(size) bytes, at most \(limit) are read")
            }
            return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch let error as OperatorError {
            throw error
        } catch {
            throw .badInput("\(path): cannot be read: \(error.localizedDescription)")
        }
    }

    /// Writes beside the place, then renames: a reader sees the old file or the new one.
    package static func write(_ bytes: [UInt8], to path: String) throws(OperatorError) {
        let url = URL(fileURLWithPath: path)
        do {
            try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: url, options: .atomic)
        } catch {
            throw .failed("\(path): cannot be written: \(error.localizedDescription)")
        }
    }

    package static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    package static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    /// Names the file in front of an error about its contents.
    package static func naming<T>(_ path: String, _ body: () throws -> T) throws(OperatorError) -> T {
        do {
            return try body()
        } catch let error as OperatorError {
            throw error
        } catch {
            throw .badInput("\(path): \(error)")
        }
    }
}
