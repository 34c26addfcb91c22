// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import EngramCoordinator
import EngramStore
import Foundation

struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes the state folder, the federation's authority, the daemon's certificate and the first operator.")

    @Option(help: "The folder (made, mode 0700).") var state: String
    @Option(help: "The federation's name, in certificates.") var name = "engram"
    @Option(help: "A host name or address by which agents reach the daemon; may be repeated.") var host: [String] = []
    @Option(help: "The HOST:PORT that operators on this machine use.") var address = "127.0.0.1:7443"
    @Option(
        name: .customLong("operator"),
        help: ArgumentHelp("Where the first operator's identity goes, if not into STATE/operator.", valueName: "folder"))
    var operatorFolder: String?
    @Flag(help: "Leave a folder that is initialised already as it is, without an error.") var ifMissing = false

    func run() throws {
        umask(0o077)
        let hosts = host.isEmpty ? ["localhost", "127.0.0.1", "::1"] : host
        do {
            try CoordinatorFolder.create(
                state, name: name, hosts: hosts, address: address, operatorFolder: operatorFolder,
                at: Date().timeIntervalSince1970)
        } catch let error as StoreError {
            guard ifMissing, case .alreadyInitialised = error else { throw error }
            return print("\(state) is initialised already, and stays as it is")
        }
        print("initialised \(state); the first operator's identity is \(operatorFolder ?? state + "/operator")")
        print("next: engramd run --state \(state) --listen 0.0.0.0:7443")
    }
}
