// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Where the daemon and the agent program lie: beside this program.
package struct LocalExecutables: Sendable {
    package let daemon: String
    package let agent: String

    package init(in folder: String) throws(OperatorError) {
        daemon = folder + "/engramd"
        agent = folder + "/engram-agent"
        for path in [daemon, agent] where !FileManager.default.isExecutableFile(atPath: path) {
            throw .failed("\(path): the program is missing; build all three with swift build, and keep them in one folder")
        }
    }

    /// The folder of the running program.
    package static func beside() throws(OperatorError) -> LocalExecutables {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? Bundle.main.executablePath
            ?? CommandLine.arguments.first ?? ""
        return try LocalExecutables(in: URL(fileURLWithPath: own).deletingLastPathComponent().path)
    }
}
