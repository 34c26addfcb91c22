// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import EngramCoordinator
import EngramTransport
import EngramWire
import Foundation

struct Operator: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes an operator's identity while the daemon is stopped, when nobody is left who could make a token.",
        discussion:
            "Whoever may read the state folder holds the authority's key, and so may do this. A valid certificate of that name is replaced."
    )

    @Option(help: "The folder that 'init' made.") var state: String
    @Option(help: "Where the identity goes.") var identity: String
    @Option(help: "The operator's name.") var name = "operator"
    @Option(help: "The HOST:PORT that this operator uses.") var address = "127.0.0.1:7443"

    func run() throws {
        umask(0o077)
        guard AgentID(name) != nil else { throw ValidationError("--name \(name): use \(IdentifierRule.description)") }
        if IdentityFolder(identity).exists {
            throw ValidationError("\(identity): an identity lies there already; name another folder, or remove it")
        }
        try CoordinatorFolder(opening: state).makeOperator(
            name, into: identity, address: address, at: Date().timeIntervalSince1970)
        print("operator \(name) is in \(identity); next: engram status --identity \(identity)")
    }
}
