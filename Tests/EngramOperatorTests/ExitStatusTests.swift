// SPDX-License-Identifier: Apache-2.0
import EngramOperator
import Foundation
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ExitStatusTests {
    @Test(
        "every failure has its documented exit code",
        arguments: [
            (["--help"], EngramOperator.ExitStatus.success), (["--version"], .success), (["recipe", "ls"], .success),
            (["recipe", "show", "constellation", "--json"], .success), (["run"], .success),
            (["simulate"], .usage), (["nonsense"], .usage), (["simulate", "--data", "x", "--width", "0"], .usage),
            (["token", "create", "--lifetime", "soon"], .usage), (["enroll", "--coordinator", "h:1", "--token", "bad"], .usage),
            (["data", "partition", "--kind", "identical", "--output", "x"], .usage),
            (["recipe", "show", "constelation"], .badInput), (["simulate", "--data", "/nowhere"], .badInput),
            (["data", "inspect", "/nowhere"], .badInput), (["status", "--identity", "/nowhere"], .badInput),
        ])
    func codes(arguments: [String], expected: EngramOperator.ExitStatus) async {
        #expect(await EngramTool.execute(arguments) == expected)
    }

    @Test("a coordinator that does not answer is exit code 3")
    func unreachable() async throws {
        let temporary = try TemporaryFolder()
        let token = "engram1-" + String(repeating: "ab", count: 16) + "-" + String(repeating: "cd", count: 32)
        // Nobody listens on port 1 of loopback.
        let status = await EngramTool.execute([
            "enroll", "--coordinator", "127.0.0.1:1", "--token", token, "--name", "eva", "--identity", temporary.path + "/id",
        ])
        #expect(status == .unreachable)
        #expect(!FileManager.default.fileExists(atPath: temporary.path + "/id/certificate.pem"))
    }

    @Test("the coordinator's answers become exit codes")
    func answers() {
        let body = Array(#"{"error":"recipe: unknown key"}"#.utf8)
        #expect(CoordinatorLink.failure(400, body) == .badInput("recipe: unknown key"))
        #expect(CoordinatorLink.failure(404, body).status == .refused)
        #expect(CoordinatorLink.failure(409, []).status == .refused)
        #expect(CoordinatorLink.failure(500, body).status == .failed)
    }

    @Test("codes are distinct and as documented")
    func documented() {
        #expect(EngramOperator.ExitStatus.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 130])
        #expect(OperatorError(CancellationError()).status == .interrupted)
    }

    @Test("the identity folder: option, then environment, then the home folder")
    func identity() {
        #expect(ConnectionOptions.path("x", environment: ["ENGRAM_IDENTITY": "y"]) == "x")
        #expect(ConnectionOptions.path(nil, environment: ["ENGRAM_IDENTITY": "y", "HOME": "/h"]) == "y")
        #expect(ConnectionOptions.path(nil, environment: ["HOME": "/h"]) == "/h/.config/engram")
        #expect(ConnectionOptions.path(nil, environment: ["HOME": "/h", "XDG_CONFIG_HOME": "/c"]) == "/c/engram")
    }
}
