// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation

/// A trainer's process: a request into its standard input, an answer out of its standard output, its standard error line by line.
///
/// Blocking, for one thread. One loop serves all three pipes, so that neither side waits for the other with a full pipe.
final class TrainerProgram {
    /// How often the loop looks whether it shall stop.
    private static let glance = 0.2
    /// Pieces of 64 KiB that are read of what a program said last.
    private static let lastReads = 16

    private let process = Process()
    private let limits: TrainerLimits
    private let ended = DispatchSemaphore(value: 0)
    private let say: (String) -> Void
    // Kept: a pipe closes its ends when it goes.
    private let pipes = [Pipe(), Pipe(), Pipe()]
    private var input: Int32 { pipes[0].fileHandleForWriting.fileDescriptor }
    private var output: Int32 { pipes[1].fileHandleForReading.fileDescriptor }
    private var errors: Int32 { pipes[2].fileHandleForReading.fileDescriptor }
    private var line: [UInt8] = []
    private var lastLine = ""
    private var isOpen = false

    /// Starts a command line of the shell, in a process group of its own; `say` gets the lines of its standard error.
    init(command: String, limits: TrainerLimits, say: @escaping (String) -> Void) throws(TrainerError) {
        self.limits = limits
        self.say = say
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.standardInput = pipes[0]
        process.standardOutput = pipes[1]
        process.standardError = pipes[2]
        process.terminationHandler = { [ended] _ in ended.signal() }
        do {
            try process.run()
        } catch {
            throw .cannotStart(error.localizedDescription)
        }
        isOpen = true
        for file in [input, output, errors] {
            _ = fcntl(file, F_SETFL, fcntl(file, F_GETFL) | O_NONBLOCK)
            _ = fcntl(file, F_SETFD, FD_CLOEXEC)
        }
    }

    deinit { kill() }

    // MARK: Asking

    /// Sends a message and waits for the answer; after an error nothing is left of the program.
    func ask(
        _ message: [UInt8], verb: String, seconds: Double, isStopped: () -> Bool
    ) throws(TrainerError) -> [UInt8] {
        guard isOpen else { throw .ended(verb: verb, code: nil, lastLine: lastLine) }
        do {
            return try exchange(message[...], verb, ContinuousClock.now + .seconds(seconds), seconds, isStopped)
        } catch {
            kill()
            throw error
        }
    }

    private func exchange(
        _ message: ArraySlice<UInt8>, _ verb: String, _ deadline: ContinuousClock.Instant, _ seconds: Double,
        _ isStopped: () -> Bool
    ) throws(TrainerError) -> [UInt8] {
        var left = message
        var framing = TrainerFraming(verb: verb, limit: limits.messageBytes)
        while true {
            if isStopped() { throw .stopped }
            guard ContinuousClock.now < deadline else { throw .silent(verb: verb, seconds: seconds) }
            let ready = wait(writing: !left.isEmpty)
            if ready.errors { readErrors() }
            if ready.output {
                let (bytes, isEnd) = read(output)
                if let answer = try framing.feed(bytes[...]) { return answer }
                if isEnd { throw .ended(verb: verb, code: code(), lastLine: lastLine) }
            }
            if ready.input, !left.isEmpty {
                guard let count = write(left) else {
                    // Its last words are worth more than the broken pipe.
                    throw .ended(verb: verb, code: code(), lastLine: lastLine)
                }
                left = left.dropFirst(count)
            }
        }
    }

    // MARK: The end

    /// Lets it end by itself, then makes it.
    func close() {
        guard isOpen else { return }
        let bye = TrainerMessage(TrainerMessage.bye).encoded()
        _ = write(bye[...])
        try? pipes[0].fileHandleForWriting.close()
        let deadline = ContinuousClock.now + .seconds(limits.stopSeconds)
        while ContinuousClock.now < deadline, !hasEnded(within: 0.02) { readErrors() }
        readErrors(most: Self.lastReads)
        kill()
    }

    /// Ends it and all that it started, at once.
    func kill() {
        guard isOpen else { return }
        isOpen = false
        let number = process.processIdentifier
        // The group outlives its leader: a shell that has gone may have left a program behind. (0 would be our own group.)
        if number > 1, Foundation.kill(-number, SIGKILL) != 0, process.isRunning { _ = Foundation.kill(number, SIGKILL) }
        try? pipes[0].fileHandleForWriting.close()
        try? pipes[1].fileHandleForReading.close()
        try? pipes[2].fileHandleForReading.close()
    }

    private func hasEnded(within seconds: Double) -> Bool {
        guard ended.wait(timeout: .now() + seconds) == .success else { return false }
        // For whoever asks again.
        ended.signal()
        return true
    }

    /// The exit code as shells report it, once its end is known; what it said meanwhile is read. Nil if the end of its output is not its own.
    private func code() -> Int32? {
        let known = hasEnded(within: limits.stopSeconds)
        readErrors(most: Self.lastReads)
        guard known else { return nil }
        return process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    }

    // MARK: Pipes

    private func wait(writing: Bool) -> (input: Bool, output: Bool, errors: Bool) {
        var files = [
            pollfd(fd: writing ? input : -1, events: Int16(POLLOUT), revents: 0),
            pollfd(fd: output, events: Int16(POLLIN), revents: 0),
            pollfd(fd: errorsAreOpen ? errors : -1, events: Int16(POLLIN), revents: 0),
        ]
        let count = unsafe poll(&files, nfds_t(files.count), Int32(Self.glance * 1000))
        guard count > 0 else { return (false, false, false) }
        return (files[0].revents != 0, files[1].revents != 0, files[2].revents != 0)
    }

    private var errorsAreOpen = true

    /// What is there, and whether nothing will come any more.
    private func read(_ file: Int32) -> (bytes: [UInt8], isEnd: Bool) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe Foundation.read(file, &buffer, buffer.count)
        if count > 0 { return (Array(buffer[..<count]), false) }
        return ([], count == 0 || (errno != EAGAIN && errno != EINTR))
    }

    /// Bytes that were taken; nil if nobody reads any more.
    private func write(_ bytes: ArraySlice<UInt8>) -> Int? {
        let count = unsafe bytes.withUnsafeBytes { unsafe Foundation.write(input, $0.baseAddress, min($0.count, 1 << 16)) }
        if count >= 0 { return count }
        return errno == EAGAIN || errno == EINTR ? 0 : nil
    }

    /// At most so many reads: a program that never stops talking must not keep the loop from its deadline.
    private func readErrors(most: Int = 1) {
        for _ in 0..<most where errorsAreOpen {
            let (bytes, isEnd) = read(errors)
            errorsAreOpen = !isEnd
            for byte in bytes {
                if byte != 0x0a, line.count < limits.lineBytes { line.append(byte) }
                if byte == 0x0a || line.count >= limits.lineBytes { endLine() }
            }
            if isEnd { endLine() }
            if bytes.isEmpty { return }
        }
    }

    private func endLine() {
        defer { line = [] }
        let text = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard !text.isEmpty else { return }
        lastLine = text
        say(text)
    }
}
