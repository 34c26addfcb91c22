// SPDX-License-Identifier: Apache-2.0
import EngramAgent
import EngramTLS
import EngramTransport
import EngramWire
import Foundation
import Testing

/// Agents that were started alike: each finds a place of its own, and comes in with the token that lies there.
@Suite(.timeLimit(.minutes(5))) struct AgentPlaceTests {
    /// A folder of places with these tokens, removed by the caller.
    private func sites(_ tokens: [String]) throws -> String {
        let path = FileManager.default.temporaryDirectory.path + "/engram-sites-" + UUID().uuidString
        for (number, token) in tokens.enumerated() {
            let site = "\(path)/site-\(number)"
            try FileManager.default.createDirectory(atPath: site, withIntermediateDirectories: true)
            try Data().write(to: URL(fileURLWithPath: site + "/shard.safetensors"))
            try Data((token + "\n").utf8).write(to: URL(fileURLWithPath: site + "/token"))
        }
        return path
    }

    private func enrol(_ place: AgentPlace, _ daemon: TestDaemon) async throws {
        try await place.enrol(software: "test", reactor: daemon.reactor, limits: WireLimits(), log: LogNotes().logger("agent"))
    }

    @Test func everyProcessGetsAPlaceOfItsOwn() throws {
        let path = try sites(["", ""])
        defer { try? FileManager.default.removeItem(atPath: path) }
        var first: AgentPlace? = try AgentPlace.free(in: path, coordinator: "127.0.0.1:1")
        let second = try AgentPlace.free(in: path, coordinator: "127.0.0.1:1")
        #expect([first?.id.rawValue, second.id.rawValue] == ["site-0", "site-1"])
        #expect(second.shard == path + "/site-1/shard.safetensors")
        #expect(throws: PlaceError.allTaken(path: path, count: 2)) { try AgentPlace.free(in: path, coordinator: nil) }
        // Who leaves lets go; the next one carries on there.
        first = nil
        #expect(try AgentPlace.free(in: path, coordinator: nil).id.rawValue == "site-0")
        #expect(throws: PlaceError.unreadableSites(path: path + "/none")) {
            try AgentPlace.free(in: path + "/none", coordinator: nil)
        }
        #expect(throws: PlaceError.noSites(path: path + "/site-0")) {
            try AgentPlace.free(in: path + "/site-0", coordinator: nil)
        }
    }

    @Test func aTokenIsUsedOnce() async throws {
        let daemon = try TestDaemon(.tls)
        try await daemon.start()
        let tokens = try await daemon.tokens(1)
        let path = try sites([tokens[0], tokens[0], "no token"])
        defer { try? FileManager.default.removeItem(atPath: path) }
        let places = try (0..<3).map { _ in try AgentPlace.free(in: path, coordinator: daemon.endpoint) }
        try await enrol(places[0], daemon)
        #expect(try places[0].folder.identity.name() == "site-0")
        // With a certificate nobody asks for the token.
        try FileManager.default.removeItem(atPath: path + "/site-0/token")
        try await enrol(places[0], daemon)
        await #expect(throws: ClientError.self) { try await enrol(places[1], daemon) }
        #expect(!places[1].folder.identity.exists)
        await #expect(throws: PlaceError.self) { try await enrol(places[2], daemon) }
        await daemon.kill()
    }

    /// A year later: who has a token comes in again, who has none keeps what there is.
    @Test func aCertificateWhoseTimeIsOverIsNone() async throws {
        let daemon = try TestDaemon(.tls)
        try await daemon.start()
        let path = try sites(try await daemon.tokens(1))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let place = try AgentPlace.free(in: path, coordinator: daemon.endpoint)
        let authority = try CertificateAuthority.create(name: "old", now: 1_600_000_000, validFor: 1e6)
        let key = try PrivateKey.generate()
        let old = try authority.sign(
            SigningRequest(for: key), role: .agent, name: "site-0", now: 1_600_000_000, validFor: 1000)
        try place.folder.identity.write(
            certificatePEM: old.pem(), keyPEM: key.pem(), authorityPEM: authority.certificate.pem(), coordinator: daemon.endpoint)
        #expect(place.folder.identity.hasExpired(at: 1_600_001_001) && !place.folder.identity.hasExpired(at: 1_600_000_999))
        try await enrol(place, daemon)
        #expect(!place.folder.identity.hasExpired(at: Date().timeIntervalSince1970))
        #expect(try place.folder.identity.name() == "site-0")
        await daemon.kill()
    }

    @Test func aCoordinatorThatIsNotThereIsWaitedFor() async throws {
        let daemon = try TestDaemon(.tls)
        try await daemon.start()
        let path = try sites(try await daemon.tokens(1))
        defer { try? FileManager.default.removeItem(atPath: path) }
        await daemon.kill()
        let place = try AgentPlace.free(in: path, coordinator: daemon.endpoint)
        let (notes, reactor) = (LogNotes(), daemon.reactor)
        async let entered: Void = place.enrol(
            software: "test", reactor: reactor, limits: WireLimits(), log: notes.logger("agent"))
        _ = try await notes.line(with: "not enrolled yet")
        try await daemon.start()
        try await entered
        #expect(place.folder.identity.exists)
        await daemon.kill()
    }

    @Test func aFolderKeepsItsName() async throws {
        let daemon = try TestDaemon(.tls)
        try await daemon.start()
        let path = try sites(try await daemon.tokens(1))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let state = path + "/state"
        func place(_ name: String?, token: String? = nil) throws -> AgentPlace {
            try AgentPlace(
                state: state, shard: "shard.safetensors", name: name, tokenFile: token, coordinator: daemon.endpoint)
        }
        #expect(throws: AgentError.self) { try place("eva") }
        #expect(throws: PlaceError.badName("no name")) { try place("no name", token: path + "/site-0/token") }
        try await enrol(place("eva", token: path + "/site-0/token"), daemon)
        #expect(try place(nil).id.rawValue == "eva")
        #expect(throws: PlaceError.otherName(path: state, held: "eva", wanted: "otto")) { try place("otto") }
        await daemon.kill()
    }
}
