// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Where to connect or listen, as a person writes it: `host:port`, the host a name or an address.
package struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    package let host: String
    package let port: UInt16

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Parses `host:port`, `[v6]:port`, `:port` (all addresses) or, with a default port, a bare host.
    package init(_ text: String, defaultPort: UInt16? = nil) throws(SocketError) {
        var host = Substring(text)
        var port = defaultPort
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            if !rest.isEmpty {
                guard rest.hasPrefix(":"), let number = UInt16(rest.dropFirst()) else { throw .malformedAddress(text) }
                port = number
            }
        } else if let colon = text.lastIndex(of: ":"), text.firstIndex(of: ":") == colon {
            host = text[..<colon]
            guard let number = UInt16(text[text.index(after: colon)...]) else { throw .malformedAddress(text) }
            port = number
            if host.isEmpty { host = "0.0.0.0" }
        }
        let usable = host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
        guard !host.isEmpty, host.utf8.count <= 253, usable, let port else { throw .malformedAddress(text) }
        self.host = String(host)
        self.port = port
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Whether the host is an address and not a name.
    package var isNumeric: Bool { SocketAddress(numeric: host, port: port) != nil }

    /// The addresses of the host, in the system's order of preference; never empty.
    ///
    /// getaddrinfo blocks, so a name is looked up on `executor`'s thread and not on the cooperative pool.
    package func resolve(on executor: ThreadExecutor) async throws(SocketError) -> [SocketAddress] {
        if let numeric = SocketAddress(numeric: host, port: port) { return [numeric] }
        let endpoint = self
        do {
            return try await executor.run { try endpoint.lookUp() }
        } catch let error as SocketError {
            throw error
        } catch {
            throw .unresolved(host: host, reason: "\(error)")
        }
    }

    private func lookUp() throws(SocketError) -> [SocketAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_family = AF_UNSPEC
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else { throw unsafe .unresolved(host: host, reason: String(cString: gai_strerror(code))) }
        defer { if let list = unsafe list { unsafe freeaddrinfo(list) } }
        var found: [SocketAddress] = []
        var next = unsafe list
        while let entry = unsafe next {
            if let raw = unsafe entry.pointee.ai_addr,
                let address = unsafe SocketAddress(UnsafeRawPointer(raw), length: Int(entry.pointee.ai_addrlen)),
                !found.contains(address)
            {
                found.append(address)
            }
            unsafe next = unsafe entry.pointee.ai_next
        }
        guard !found.isEmpty else { throw .unresolved(host: host, reason: "it has no IPv4 or IPv6 address") }
        return found
    }
}
