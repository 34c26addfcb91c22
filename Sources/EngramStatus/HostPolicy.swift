// SPDX-License-Identifier: Apache-2.0
import EngramSockets

/// Which names a client may call this server by.
///
/// A page from elsewhere can make a browser ask a server on loopback by having its own name point there (DNS rebinding). The name stands in the
/// request: addresses and `localhost` cannot be had by others, any further name must have been given by the operator.
package struct HostPolicy: Equatable, Sendable {
    private let names: Set<String>

    package init(names: [String]) { self.names = Set(names.map { $0.lowercased() } + ["localhost"]) }

    /// Whether the `Host` of a request (name or address, with or without a port) is one of ours.
    package func allows(_ authority: String) -> Bool {
        var host = Substring(authority)
        if host.hasPrefix("[") {
            guard let end = host.firstIndex(of: "]") else { return false }
            let rest = host[host.index(after: end)...]
            guard rest.isEmpty || Self.isPort(rest) else { return false }
            host = host[host.index(after: host.startIndex)..<end]
        } else if let colon = host.lastIndex(of: ":") {
            guard Self.isPort(host[colon...]) else { return false }
            host = host[..<colon]
        }
        let name = String(host)
        return names.contains(name.lowercased()) || SocketAddress(numeric: name, port: 0) != nil
    }

    private static func isPort(_ text: Substring) -> Bool { text.first == ":" && UInt16(text.dropFirst()) != nil }
}
