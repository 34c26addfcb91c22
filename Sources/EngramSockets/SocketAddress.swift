// SPDX-License-Identifier: Apache-2.0
import Glibc

/// An IPv4 or IPv6 address with a port.
package struct SocketAddress: Hashable, Sendable, CustomStringConvertible {
    package enum Family: Hashable, Sendable { case ipv4, ipv6 }

    package let family: Family
    /// The address in network order: 4 or 16 bytes.
    package let bytes: [UInt8]
    package let port: UInt16
    /// The interface of a link-local IPv6 address, else 0.
    let scope: UInt32

    package static func ipv4(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8, port: UInt16) -> SocketAddress {
        SocketAddress(family: .ipv4, bytes: [a, b, c, d], port: port, scope: 0)
    }

    /// 127.0.0.1; port 0 lets the system choose one when listening.
    package static func loopback(port: UInt16) -> SocketAddress { .ipv4(127, 0, 0, 1, port: port) }

    private init(family: Family, bytes: [UInt8], port: UInt16, scope: UInt32) {
        self.family = family
        self.bytes = bytes
        self.port = port
        self.scope = scope
    }

    /// A numeric address; nil if `host` is a name or malformed.
    package init?(numeric host: String, port: UInt16) {
        var four = in_addr()
        if unsafe inet_pton(AF_INET, host, &four) == 1 {
            let bytes = unsafe withUnsafeBytes(of: four) { unsafe [UInt8]($0) }
            self.init(family: .ipv4, bytes: bytes, port: port, scope: 0)
            return
        }
        var six = in6_addr()
        guard unsafe inet_pton(AF_INET6, host, &six) == 1 else { return nil }
        unsafe self.init(family: .ipv6, bytes: withUnsafeBytes(of: six) { unsafe [UInt8]($0) }, port: port, scope: 0)
    }

    /// The address without the port: what a cap per peer address counts by.
    package var host: String {
        switch family {
        case .ipv4: return bytes.map(String.init).joined(separator: ".")
        case .ipv6:
            var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
            guard unsafe inet_ntop(AF_INET6, bytes, &text, UInt32(text.count)) != nil else { return "?" }
            return SocketError.text(of: text)
        }
    }

    package var description: String { family == .ipv4 ? "\(host):\(port)" : "[\(host)]:\(port)" }

    var domain: Int32 { family == .ipv4 ? AF_INET : AF_INET6 }

    /// Calls `body` with the C form of the address.
    func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var storage = sockaddr_storage()
        return unsafe withUnsafeMutableBytes(of: &storage) { raw in
            let length: Int
            switch family {
            case .ipv4:
                var address = sockaddr_in()
                address.sin_family = sa_family_t(AF_INET)
                address.sin_port = port.bigEndian
                unsafe withUnsafeMutableBytes(of: &address.sin_addr) { unsafe $0.copyBytes(from: bytes) }
                length = MemoryLayout<sockaddr_in>.size
                unsafe raw.storeBytes(of: address, as: sockaddr_in.self)
            case .ipv6:
                var address = sockaddr_in6()
                address.sin6_family = sa_family_t(AF_INET6)
                address.sin6_port = port.bigEndian
                address.sin6_scope_id = scope
                unsafe withUnsafeMutableBytes(of: &address.sin6_addr) { unsafe $0.copyBytes(from: bytes) }
                length = MemoryLayout<sockaddr_in6>.size
                unsafe raw.storeBytes(of: address, as: sockaddr_in6.self)
            }
            return unsafe raw.withMemoryRebound(to: sockaddr.self) { pointer in
                // The storage is larger than a sockaddr, so the rebound buffer is never empty.
                guard let base = pointer.baseAddress else { preconditionFailure("sockaddr_storage is empty") }
                return unsafe body(base, socklen_t(length))
            }
        }
    }

    /// Reads the C form; nil for families other than IPv4 and IPv6.
    init?(_ pointer: UnsafeRawPointer, length: Int) {
        guard length >= MemoryLayout<sa_family_t>.size else { return nil }
        switch Int32(unsafe pointer.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET where length >= MemoryLayout<sockaddr_in>.size:
            let address = unsafe pointer.loadUnaligned(as: sockaddr_in.self)
            let bytes = unsafe withUnsafeBytes(of: address.sin_addr) { unsafe [UInt8]($0) }
            self.init(family: .ipv4, bytes: bytes, port: UInt16(bigEndian: address.sin_port), scope: 0)
        case AF_INET6 where length >= MemoryLayout<sockaddr_in6>.size:
            let address = unsafe pointer.loadUnaligned(as: sockaddr_in6.self)
            let bytes = unsafe withUnsafeBytes(of: address.sin6_addr) { unsafe [UInt8]($0) }
            let port = UInt16(bigEndian: address.sin6_port)
            self.init(family: .ipv6, bytes: bytes, port: port, scope: address.sin6_scope_id)
        default: return nil
        }
    }
}
