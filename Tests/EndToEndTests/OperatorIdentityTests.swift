// SPDX-License-Identifier: Apache-2.0
import EngramCoordinator
import EngramFederation
import EngramStore
import EngramTransport
import EngramWire
import Foundation
import Testing

/// How the first operator comes in, and one when no other is left.
@Suite(.timeLimit(.minutes(5))) struct OperatorIdentityTests {
    @Test func theFirstOperatorMayLiveElsewhere() throws {
        let path = FileManager.default.temporaryDirectory.path + "/engram-init-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        try CoordinatorFolder.create(
            path + "/state", name: "test", hosts: ["localhost"], address: "coordinator:7443", operatorFolder: path + "/operator",
            at: 0)
        let identity = IdentityFolder(path + "/operator")
        #expect(try identity.name() == "operator")
        #expect(try identity.coordinator() == "coordinator:7443")
        #expect(!FileManager.default.fileExists(atPath: path + "/state/operator"))
    }

    @Test func anOperatorIsMadeBesideAStoppedDaemon() async throws {
        let daemon = try TestDaemon(.tls)
        try await daemon.start()
        let state = daemon.folder + "/coordinator"
        let made = IdentityFolder(daemon.folder + "/eva")
        // Not beside a running one, which holds the folder.
        #expect(throws: StoreError.self) { try CoordinatorFolder(opening: state) }
        await daemon.kill()
        let now = Date().timeIntervalSince1970
        try CoordinatorFolder(opening: state).makeOperator("eva", into: made.path, address: daemon.endpoint, at: now)
        // The same name once more: the first certificate of that name is worth nothing now.
        let again = IdentityFolder(daemon.folder + "/eva-again")
        try CoordinatorFolder(opening: state).makeOperator("eva", into: again.path, address: daemon.endpoint, at: now)
        try await daemon.start()
        #expect(try await answers(to: again, daemon))
        #expect(try await answers(to: made, daemon) == false)
        await daemon.kill()
    }

    private func answers(to identity: IdentityFolder, _ daemon: TestDaemon) async throws -> Bool {
        let transport = try identity.transport(to: daemon.endpoint, reactor: daemon.reactor, limits: WireLimits())
        let client = CoordinatorClient(try await transport.connect(), role: .operator, software: "test", limits: WireLimits())
        let running = _Concurrency.Task { await client.run() }
        defer { client.leave() }
        do {
            _ = try await client.opened()
            let (status, _) = try await client.request(Verb.status.rawValue, [UInt8]("{}".utf8))
            return status == 200
        } catch is ClientError {
            _ = await running.value
            return false
        }
    }
}
