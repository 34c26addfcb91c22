// SPDX-License-Identifier: Apache-2.0
import Glibc

/// What went wrong at a socket, with what to do about it.
package enum SocketError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A system call failed.
    case system(call: String, code: Int32)
    /// The port is taken by another process, or may not be used.
    case cannotListen(address: String, code: Int32)
    /// Nobody answered, or the way there is closed.
    case cannotConnect(address: String, code: Int32)
    /// A host name could not be resolved.
    case unresolved(host: String, reason: String)
    /// An address on the command line or in a file is not `host:port`.
    case malformedAddress(String)
    /// The deadline passed first.
    case timedOut(String)
    /// This side closed the socket while, or before, it was used.
    case closed
    /// The peer closed the connection in the middle of a transfer.
    case peerClosed
    /// The waiting task was cancelled.
    case cancelled
    /// The reactor was shut down.
    case shutDown
    /// Two tasks wait to read, or two to write, on the same socket.
    case busy

    package var description: String {
        switch self {
        case .system(let call, let code): "\(call) failed: \(Self.text(of: code))\(Self.advice(for: code))"
        case .cannotListen(let address, EADDRINUSE):
            "cannot listen on \(address): the port is in use by another process; stop that process or choose another port"
        case .cannotListen(let address, EACCES):
            "cannot listen on \(address): no permission; choose a port above 1023 or grant CAP_NET_BIND_SERVICE"
        case .cannotListen(let address, EADDRNOTAVAIL):
            "cannot listen on \(address): this machine has no such address; use 0.0.0.0, [::] or an address of this machine"
        case .cannotListen(let address, let code): "cannot listen on \(address): \(Self.text(of: code))\(Self.advice(for: code))"
        case .cannotConnect(let address, ECONNREFUSED):
            "cannot connect to \(address): refused; check that the daemon runs there and listens on that port"
        case .cannotConnect(let address, let code):
            "cannot connect to \(address): \(Self.text(of: code))\(Self.advice(for: code))"
        case .unresolved(let host, let reason):
            "cannot resolve the host name \(host): \(reason); check the name and the DNS settings"
        case .malformedAddress(let text):
            "\"\(text)\" is not an address; write host:port, for example 127.0.0.1:7700, [::1]:7700 or daemon.example.org:7700"
        case .timedOut(let what): "\(what) took longer than its deadline; check the network and the peer"
        case .closed: "the socket was closed on this side"
        case .peerClosed: "the peer closed the connection"
        case .cancelled: "the operation was cancelled"
        case .shutDown: "the network reactor was shut down"
        case .busy: "two tasks use the same direction of one socket at once; this is a bug, please report it"
        }
    }

    /// Whether the other end went away: an everyday event, not a fault of this program.
    package var isDisconnect: Bool {
        switch self {
        case .peerClosed, .closed, .system(_, ECONNRESET), .system(_, EPIPE), .system(_, ETIMEDOUT): true
        default: false
        }
    }

    static func text(of code: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard unsafe strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
        return text(of: buffer)
    }

    /// The characters before the terminator.
    static func text(of buffer: [CChar]) -> String {
        String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func advice(for code: Int32) -> String {
        switch code {
        case EMFILE: "; raise the limit on open files (ulimit -n, or LimitNOFILE in the service unit)"
        case ENFILE: "; the machine is out of file descriptors: raise fs.file-max"
        case ENETUNREACH, EHOSTUNREACH: "; check the network and the firewall"
        case ETIMEDOUT: "; check the address, the network and the firewall"
        default: ""
        }
    }
}
