// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import Testing

@testable import EngramStore

@Suite(.timeLimit(.minutes(5)))
struct SpoolPathsTests {
    @Test(arguments: ["a", "a.part", "edge-1.upload", "A_b-c.9", String(repeating: "x", count: 64)])
    func namesReadBack(agent: String) throws {
        let key = try Sample.key(agent, round: 12)
        for kind in SpoolPaths.Kind.allCases {
            let parts = SpoolPaths.file(key, Digest(of: [1]), kind).split(separator: "/").map(String.init)
            #expect(SpoolPaths.run(parts[0]) == key.run)
            #expect(SpoolPaths.round(parts[1]) == 12)
            let upload = try #require(SpoolPaths.upload(parts[2]))
            #expect(upload.agent == key.agent && upload.digest == Digest(of: [1]) && upload.kind == kind)
        }
    }

    @Test(arguments: [
        "", "run-", "run-a/b", "run", "007", "+7", "x", "a.part", ".part", "a.upload",
        ".\(String(repeating: "0", count: 64)).part",
    ])
    func foreignNamesAreNotOurs(name: String) {
        #expect(SpoolPaths.run(name) == nil)
        #expect(SpoolPaths.round(name) == nil)
        #expect(SpoolPaths.upload(name) == nil)
    }
}
