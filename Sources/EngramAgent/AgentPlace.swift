// SPDX-License-Identifier: Apache-2.0
import EngramTransport
package import EngramWire
import Foundation

/// Where an agent process is at home: its state folder, which it holds, its shard, and the token by which it comes in.
///
/// Identity and data belong to the place, not to the process: whoever holds the folder's lock is this agent. So processes that were started
/// alike (replicas of one container, say) share a folder of places among themselves, and what takes the place of a killed one carries on
/// under its name.
package struct AgentPlace: Sendable {
    package let id: AgentID
    package let folder: AgentFolder
    /// The file with this agent's data.
    package let shard: String
    /// The coordinator's HOST:PORT; nil for the one that the identity names.
    package let coordinator: String?
    /// Read only while there is no certificate that is still good.
    let tokenFile: String?

    /// Takes a state folder that was chosen by hand.
    ///
    /// `name` is the agent's; a folder with a certificate has one already.
    ///
    /// - Throws: `PlaceError` and `AgentError`: the folder is in use, holds another name's certificate, or has neither certificate nor token.
    package init(state: String, shard: String, name: String?, tokenFile: String?, coordinator: String?) throws {
        folder = try AgentFolder(state)
        let held = folder.identity.exists ? try folder.identity.name() : nil
        if let held, let name, held != name { throw PlaceError.otherName(path: state, held: held, wanted: name) }
        guard held != nil || tokenFile != nil, let text = held ?? name else { throw AgentError.notEnrolled(path: state) }
        guard let id = AgentID(text) else { throw PlaceError.badName(text) }
        self.id = id
        self.shard = shard
        self.tokenFile = tokenFile
        self.coordinator = coordinator
    }

    /// Takes the first place, in the order of names, that no living process holds.
    ///
    /// `sites` has a folder per agent, named like it, that holds `shard.safetensors` and `token`; `state` is made in it.
    package static func free(in sites: String, coordinator: String?) throws -> AgentPlace {
        let files = FileManager.default
        guard let found = try? files.contentsOfDirectory(atPath: sites) else { throw PlaceError.unreadableSites(path: sites) }
        let names = found.sorted().filter { files.fileExists(atPath: "\(sites)/\($0)/shard.safetensors") }
        for name in names {
            let site = "\(sites)/\(name)"
            do {
                return try AgentPlace(
                    state: site + "/state", shard: site + "/shard.safetensors", name: name, tokenFile: site + "/token",
                    coordinator: coordinator)
            } catch AgentError.folderInUse {
                continue
            }
        }
        throw names.isEmpty ? PlaceError.noSites(path: sites) : PlaceError.allTaken(path: sites, count: names.count)
    }
}
