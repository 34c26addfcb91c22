// SPDX-License-Identifier: Apache-2.0
import CShims
import EngramLocks
import Glibc

/// A TCP socket: thin throwing system calls around a descriptor that it owns.
///
/// The descriptor is non-blocking and close-on-exec. `close` may race with a call on another task: the number is given back to
/// the system only when no call uses it, so a call can never reach a stranger's descriptor.
package final class Socket: Sendable {
    private struct State {
        let descriptor: Int32
        var users = 0
        var closing = false
        var released = false
    }

    /// What a non-blocking transfer came to.
    package enum Transfer: Equatable, Sendable {
        case moved(Int)
        case wouldBlock
    }

    private let state: Mutex<State>

    /// Takes ownership of `descriptor`.
    init(owning descriptor: Int32) { state = Mutex(State(descriptor: descriptor)) }

    package convenience init(_ family: SocketAddress.Family) throws(SocketError) {
        let domain = family == .ipv4 ? AF_INET : AF_INET6
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        self.init(owning: try Self.retrying("socket") { socket(domain, type, 0) })
    }

    deinit { close() }

    /// Closes the descriptor, at once or when the calls that use it right now have returned. Closing twice is harmless.
    package func close() {
        let descriptor: Int32? = state.withLock { state in
            state.closing = true
            guard state.users == 0, !state.released else { return nil }
            state.released = true
            return state.descriptor
        }
        if let descriptor { _ = Glibc.close(descriptor) }
    }

    /// Runs `body` with the descriptor, which stays valid until it returns.
    func use<Result>(_ body: (Int32) throws(SocketError) -> Result) throws(SocketError) -> Result {
        let descriptor: Int32? = state.withLock { state in
            guard !state.closing else { return nil }
            state.users += 1
            return state.descriptor
        }
        guard let descriptor else { throw .closed }
        defer {
            let last: Bool = state.withLock { state in
                state.users -= 1
                guard state.closing, state.users == 0, !state.released else { return false }
                state.released = true
                return true
            }
            if last { _ = Glibc.close(descriptor) }
        }
        return try body(descriptor)
    }

    // MARK: Set-up

    package func bind(_ address: SocketAddress) throws(SocketError) {
        try set(SOL_SOCKET, SO_REUSEADDR, 1)
        if address.family == .ipv6 { try set(Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0) }
        try use { (fd) throws(SocketError) in
            let code = unsafe address.withSockaddr { unsafe Glibc.bind(fd, $0, $1) }
            if code != 0 { throw .cannotListen(address: "\(address)", code: errno) }
        }
    }

    package func listen(backlog: Int32) throws(SocketError) {
        let address = (try? localAddress()).map { "\($0)" } ?? "?"
        try use { (fd) throws(SocketError) in
            if Glibc.listen(fd, backlog) != 0 { throw .cannotListen(address: address, code: errno) }
        }
    }

    /// Starts to connect; true if the connection stands already, false if writability will tell.
    package func connect(_ address: SocketAddress) throws(SocketError) -> Bool {
        try use { (fd) throws(SocketError) in
            let code = unsafe address.withSockaddr { unsafe Glibc.connect(fd, $0, $1) }
            if code == 0 { return true }
            // An interrupted connect goes on in the background, as one in progress does.
            if errno == EINPROGRESS || errno == EINTR { return false }
            throw .cannotConnect(address: "\(address)", code: errno)
        }
    }

    /// The outcome of a connection attempt, as SO_ERROR keeps it.
    package func finishConnect(_ address: SocketAddress) throws(SocketError) {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        try use { (fd) throws(SocketError) in
            _ = try Self.retrying("getsockopt") { unsafe getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &length) }
        }
        if code != 0 { throw .cannotConnect(address: "\(address)", code: code) }
    }

    /// Whether the socket has a peer.
    package var isConnected: Bool {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let code = try? use { (fd) throws(SocketError) in
            unsafe withUnsafeMutableBytes(of: &storage) { raw in
                unsafe getpeername(fd, raw.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
            }
        }
        return code == 0
    }

    /// The next waiting connection, or nil if there is none.
    package func accept() throws(SocketError) -> (Socket, SocketAddress)? {
        var storage = sockaddr_storage()
        var length = UInt32(MemoryLayout<sockaddr_storage>.size)
        let descriptor: Int32? = try use { (fd) throws(SocketError) in
            while true {
                length = UInt32(MemoryLayout<sockaddr_storage>.size)
                let accepted = unsafe engram_accept(fd, &storage, &length)
                if accepted >= 0 { return accepted }
                if errno == EINTR { continue }
                if errno == EAGAIN { return nil }
                throw .system(call: "accept", code: errno)
            }
        }
        guard let descriptor else { return nil }
        let socket = Socket(owning: descriptor)
        let address = unsafe withUnsafeBytes(of: &storage) { raw in
            unsafe raw.baseAddress.flatMap { unsafe SocketAddress($0, length: Int(length)) }
        }
        guard let address else { throw .system(call: "accept", code: EAFNOSUPPORT) }
        return (socket, address)
    }

    /// Sends small writes at once and notices a peer that vanished (after 60 s + 4 × 15 s).
    package func tuneForConnection() throws(SocketError) {
        try set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        try set(SOL_SOCKET, SO_KEEPALIVE, 1)
        try set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, 60)
        try set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, 15)
        try set(Int32(IPPROTO_TCP), TCP_KEEPCNT, 4)
    }

    private func set(_ level: Int32, _ option: Int32, _ value: Int32) throws(SocketError) {
        var value = value
        try use { (fd) throws(SocketError) in
            let size = socklen_t(MemoryLayout<Int32>.size)
            _ = try Self.retrying("setsockopt") { unsafe setsockopt(fd, level, option, &value, size) }
        }
    }

    package func localAddress() throws(SocketError) -> SocketAddress {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        try use { (fd) throws(SocketError) in
            _ = try unsafe withUnsafeMutableBytes(of: &storage) { (raw) throws(SocketError) in
                try Self.retrying("getsockname") {
                    unsafe getsockname(fd, raw.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
                }
            }
        }
        let address = unsafe withUnsafeBytes(of: &storage) { raw in
            unsafe raw.baseAddress.flatMap { unsafe SocketAddress($0, length: Int(length)) }
        }
        guard let address else { throw .system(call: "getsockname", code: EAFNOSUPPORT) }
        return address
    }

    // MARK: Transfers

    /// One recv into `buffer`; `.moved(0)` is the peer's orderly end.
    package func receive(into buffer: UnsafeMutableRawBufferPointer) throws(SocketError) -> Transfer {
        try use { (fd) throws(SocketError) in
            try Self.transfer("recv") { unsafe recv(fd, buffer.baseAddress, buffer.count, 0) }
        }
    }

    /// One send of `bytes[offset...]`; never raises SIGPIPE.
    package func send(_ bytes: [UInt8], from offset: Int) throws(SocketError) -> Transfer {
        try use { (fd) throws(SocketError) in
            try Self.transfer("send") {
                unsafe bytes.withUnsafeBytes { raw in
                    let rest = unsafe UnsafeRawBufferPointer(rebasing: raw[offset...])
                    return unsafe Glibc.send(fd, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
                }
            }
        }
    }

    /// Tells the peer that nothing more will be sent.
    package func shutdownWrites() {
        _ = try? use { (fd) throws(SocketError) in _ = Glibc.shutdown(fd, Int32(SHUT_WR)) }
    }

    // MARK: EINTR, in one place

    private static func retrying(_ call: String, _ body: () -> Int32) throws(SocketError) -> Int32 {
        while true {
            let result = body()
            if result >= 0 { return result }
            if errno != EINTR { throw .system(call: call, code: errno) }
        }
    }

    private static func transfer(_ call: String, _ body: () -> Int) throws(SocketError) -> Transfer {
        while true {
            let count = body()
            if count >= 0 { return .moved(count) }
            if errno == EINTR { continue }
            if errno == EAGAIN { return .wouldBlock }
            throw .system(call: call, code: errno)
        }
    }
}
