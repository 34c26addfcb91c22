// SPDX-License-Identifier: Apache-2.0
import EngramTransport
import Foundation
import Testing

@testable import EngramOperator

@Suite(.timeLimit(.minutes(5))) struct DoctorTests {
    @Test func clocksMayDifferALittle() {
        #expect(ClockCheck.skew(-12).verdict == .fine)
        #expect(ClockCheck.skew(-12).found == "12.0 s behind the coordinator's")
        #expect(ClockCheck.skew(400).verdict == .problem)
        #expect(ClockCheck.skew(-400).verdict == .problem)
        #expect(ClockCheck.kept(false).verdict == .warning && ClockCheck.kept(true).verdict == .fine)
    }

    @Test func certificatesEnd() {
        func verdict(_ now: Double) -> Finding.Verdict {
            CertificateCheck.validity("c", "agent 'a'", from: 1000, to: 1000 + 100 * 86_400, renewal: "renew", at: now).verdict
        }
        #expect(verdict(999) == .problem)
        #expect(verdict(1000) == .fine)
        #expect(verdict(1000 + 80 * 86_400) == .warning)
        #expect(verdict(1000 + 100 * 86_400) == .problem)
    }

    @Test func machinesAreJudged() {
        #expect(MachineCheck.blas("OpenBLAS SkylakeX", billions: 90).verdict == .fine)
        #expect(MachineCheck.blas("built-in avx2", billions: 20).verdict == .warning)
        #expect(MachineCheck.descriptors(1024).verdict == .warning && MachineCheck.descriptors(65_536).verdict == .fine)
        #expect(FolderCheck.space("/x", free: 1_000_000).verdict == .warning)
        #expect(FolderCheck.flush(0.2).verdict == .warning && FolderCheck.flush(0.001).verdict == .fine)
        #expect(CoordinatorCheck.version("0.0.1").verdict == .warning)
        #expect(CoordinatorCheck.version(SoftwareVersion.text).verdict == .fine)
        #expect(MachineCheck.findings().allSatisfy { $0.verdict != .problem })
    }

    @Test func foldersAreLookedAt() throws {
        let folder = try TemporaryFolder()
        func findings() -> [String: Finding.Verdict] {
            Dictionary(FolderCheck.findings(folder.path).map { ($0.subject, $0.verdict) }) { $1 }
        }
        #expect(unsafe chmod(folder.path, 0o700) == 0)
        #expect(findings()["state folder"] == .fine && findings()["disk writes"] != .problem)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        #expect(unsafe chmod(folder.path, 0o755) == 0)
        #expect(findings()["state folder"] == .problem)
        #expect(FolderCheck.findings(folder.path + "/none").map(\.verdict) == [.problem])
    }

    @Test func aFolderOfNobodySaysWhatToDo() async throws {
        let folder = try TemporaryFolder()
        let doctor = Doctor(state: folder.path, identity: IdentityFolder(folder.path), coordinator: nil)
        let last = try #require(await doctor.findings(at: 0).last)
        #expect(last.verdict == .problem && last.advice?.contains("engramd init") == true)
        let without = Doctor(state: nil, identity: IdentityFolder(folder.path), coordinator: nil)
        #expect(await without.findings(at: 0).last?.verdict == .warning)
    }

    @Test func adviceStandsBelow() {
        let findings: [Finding] = [.fine("a", "good"), .problem("long", "bad", "mend it"), .warning("b", "so-so", "look")]
        #expect(
            findings.text == """
                fine     a     good
                PROBLEM  long  bad
                               -> mend it
                warning  b     so-so
                               -> look
                1 problem, 1 warning
                """)
        #expect([Finding.fine("a", "x")].text.hasSuffix("\nnothing to do"))
    }
}
