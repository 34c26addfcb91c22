// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A Python for tests that compare with other people's libraries; ENGRAM_PYTHON names another than `python3`.
enum Python {
    static let command = ProcessInfo.processInfo.environment["ENGRAM_PYTHON"] ?? "python3"

    /// Whether it is there and has all these modules.
    static func has(_ modules: String...) -> Bool {
        (try? run("import " + modules.joined(separator: ", ")))?.status == 0
    }

    static func run(_ script: String, _ arguments: String...) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [command, "-c", script] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}
