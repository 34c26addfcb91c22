// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import EngramAgent
import EngramSockets
import EngramTransport
import EngramWire

struct Enroll: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Gets a certificate for a token; the key is made here and never leaves.")

    @Option(help: "Folder for this agent's identity and memory (made, mode 0700).") var state: String
    @Option(help: "The coordinator's HOST:PORT.") var coordinator: String
    @Option(help: "The token, or - to read it from standard input (so that it does not show in the process list).") var token:
        String
    @Option(help: "The agent's name in the federation; letters, digits, '.', '_', '-'.") var name: String

    func run() async throws {
        Process.ignoreBrokenPipes()
        let text = token == "-" ? readLine() ?? "" : token
        guard let ticket = EnrolmentTicket(text) else {
            throw ValidationError("that is no enrolment token; it looks like engram1-…-… (ask the operator: engram token create)")
        }
        guard AgentID(name) != nil else { throw ValidationError("--name \(name): use \(IdentifierRule.description)") }
        let folder = try AgentFolder(state)
        try await Enrolment.run(
            ticket: ticket, name: name, coordinator: try Endpoint(coordinator, defaultPort: IdentityFolder.defaultPort),
            into: folder.identity, software: Software.name, reactor: try Reactor(), limits: WireLimits())
        print("enrolled as \(name); next: engram-agent run --state \(state) --shard FILE")
    }
}
