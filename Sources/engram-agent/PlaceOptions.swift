// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import EngramAgent

/// Which agent a process is: one state folder and shard, or whichever place is free.
struct PlaceOptions: ParsableArguments {
    @Option(help: "This agent's folder, given to enroll or made with --token-file.") var state: String?
    @Option(help: "This agent's shard, a safetensors file.") var shard: String?
    @Option(help: "The coordinator's HOST:PORT, if it has moved since enrolment, or if this agent is to be enrolled now.")
    var coordinator: String?
    @Option(help: "A file with an enrolment token: enrol first, as --name, if there is no certificate yet.") var tokenFile:
        String?
    @Option(help: "The name to enrol by; if it is enrolled already, the same as then.") var name: String?
    @Option(
        help: ArgumentHelp(
            "Instead of --state and --shard: take the first free NAME/ in this folder, with NAME/shard.safetensors and NAME/token.",
            valueName: "folder")) var sites: String?

    func validate() throws {
        if sites != nil {
            guard state == nil, shard == nil, tokenFile == nil, name == nil else {
                throw ValidationError("--sites stands instead of --state, --shard, --token-file and --name")
            }
            guard coordinator != nil else { throw ValidationError("--sites needs --coordinator HOST:PORT") }
        } else {
            guard state != nil else { throw ValidationError("Missing --state DIR (or --sites DIR)") }
            guard shard != nil else { throw ValidationError("Missing --shard FILE (or --sites DIR)") }
            guard tokenFile == nil || (name != nil && coordinator != nil) else {
                throw ValidationError("--token-file needs --name NAME and --coordinator HOST:PORT")
            }
        }
    }

    /// Takes the place and holds it.
    func taken() throws -> AgentPlace {
        if let sites { return try AgentPlace.free(in: sites, coordinator: coordinator) }
        return try AgentPlace(
            state: state ?? "", shard: shard ?? "", name: name, tokenFile: tokenFile, coordinator: coordinator)
    }
}
