// SPDX-License-Identifier: Apache-2.0
import EngramLocks

/// What the status server has done, for its own metrics.
final class StatusTraffic: Sendable {
    struct Figures: Equatable, Sendable {
        /// Answers, by status code.
        var answers: [Int: Int] = [:]
        var readers = 0
        var readersDropped = 0
    }

    private let state = Mutex(Figures())

    var figures: Figures { state.withLock { $0 } }

    func answered(_ code: Int) { state.withLock { $0.answers[code, default: 0] += 1 } }

    /// A place for a reader of events; nil if there is no room.
    func place(most: Int) -> ReaderPlace? {
        state.withLock { figures in
            guard figures.readers < most else { return nil }
            figures.readers += 1
            return ReaderPlace(self)
        }
    }

    func dropped() { state.withLock { $0.readersDropped += 1 } }

    fileprivate func leave() { state.withLock { $0.readers -= 1 } }
}

/// One of the places for readers of events, given back when nobody holds it any more: an answer may end without ever having been written.
final class ReaderPlace: Sendable {
    private let traffic: StatusTraffic

    fileprivate init(_ traffic: StatusTraffic) { self.traffic = traffic }

    deinit { traffic.leave() }

    func dropped() { traffic.dropped() }
}
