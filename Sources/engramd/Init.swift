// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import EngramCoordinator
import Foundation

struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes the state folder, the federation's authority, the daemon's certificate and the first operator.")

    @Option(help: "The folder (made, mode 0700).") var state: String
    @Option(help: "The federation's name, in certificates.") var name = "engram"
    @Option(help: "A host name or address by which agents reach the daemon; may be repeated.") var host: [String] = []
    @Option(help: "The HOST:PORT that operators on this machine use.") var address = "127.0.0.1:7443"

    func run() throws {
        umask(0o077)
        let hosts = host.isEmpty ? ["localhost", "127.0.0.1", "::1"] : host
        try CoordinatorFolder.create(state, name: name, hosts: hosts, address: address, at: Date().timeIntervalSince1970)
        print("initialised \(state); the first operator's identity is \(state)/operator")
        print("next: engramd run --state \(state) --listen 0.0.0.0:7443")
    }
}
