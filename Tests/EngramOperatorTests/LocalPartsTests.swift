// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import Foundation
import Testing

@testable import EngramOperator

@Suite(.timeLimit(.minutes(5)))
struct LocalPartsTests {
    @Test("a child's exit code and last words are known")
    func childEnds() async throws {
        let temporary = try TemporaryFolder()
        let child = try ChildProcess(
            name: "shell", program: "/bin/sh", arguments: ["-c", "read word; echo got $word; exit 3"],
            log: temporary.path + "/log",
            input: "secret\n")
        #expect(await child.wait() == 3)
        #expect(child.hasFailed)
        #expect(child.lastLines().contains("got secret"))
    }

    @Test("a child that ignores the polite signal is killed")
    func childIsStopped() async throws {
        let temporary = try TemporaryFolder()
        let child = try ChildProcess(
            name: "shell", program: "/bin/sh", arguments: ["-c", "trap '' TERM; while :; do :; done"],
            log: temporary.path + "/log")
        #expect(ProcessMemory.peak(of: child.id) > 0)
        await child.stop(patience: .milliseconds(50))
        #expect(child.end != nil)
        #expect(!child.hasFailed, "it was asked to end")
    }

    @Test("a program that is not there is an error, not a crash")
    func missingProgram() throws {
        let temporary = try TemporaryFolder()
        #expect(throws: OperatorError.self) {
            try ChildProcess(name: "none", program: "/nowhere/none", arguments: [], log: temporary.path + "/log")
        }
        #expect(throws: OperatorError.self) { try LocalExecutables(in: temporary.path) }
    }

    @Test("the kernel's figure of peak memory, and what is not one")
    func memory() {
        #expect(ProcessMemory.peak(inStatus: "Name:\tx\nVmHWM:\t    1234 kB\nVmRSS:\t 1 kB\n") == 1234 * 1024)
        #expect(ProcessMemory.peak(inStatus: "VmHWM: lots kB") == 0)
        #expect(ProcessMemory.peak(inStatus: "") == 0)
    }

    @Test("a failed start leaves no process and no folder")
    func failedStart() async throws {
        let temporary = try TemporaryFolder()
        for name in ["engramd", "engram-agent"] {
            let path = try temporary.write("#!/bin/sh\necho no such luck\nexit 7\n", name)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        }
        let data = try Toy.folder(in: temporary.path)
        let federation = try LocalFederation(data, executables: LocalExecutables(in: temporary.path))
        let error = await #expect(throws: OperatorError.self) { try await LocalFederation.with(federation) { _ in } }
        #expect(error?.description.contains("no such luck") == true)
        #expect(!FileManager.default.fileExists(atPath: federation.folder))
    }
}
