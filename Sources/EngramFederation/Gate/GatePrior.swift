// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What an answer gains among agents of about the same number of training rows: a normal prior for the gain of one of them.
///
/// An agent's few validation rows choose badly alone: by them the cluster's model stays in place where nearly everybody would be better off with
/// his own. Empirical Bayes (Morris 1983) weighs the agent's own gain with what its peers found. Median and median absolute deviation stand for mean
/// and deviation, so that a minority of made-up gains moves little; the peers' sampling variance is taken out, as in random-effects
/// meta-analysis (DerSimonian & Laird 1986).
package struct GatePrior: Codable, Equatable, Sendable {
    package let mean: Double
    /// Variance of true gains between agents.
    package let variance: Double

    package init(mean: Double, variance: Double) {
        self.mean = mean
        self.variance = variance
    }

    /// Fewer peers than these say nothing.
    static let fewestPeers = 8
    /// More are not looked at.
    static let mostPeers = 256

    /// Nil for too few peers.
    init?(of peers: [AnswerGain]) {
        guard peers.count >= Self.fewestPeers else { return nil }
        let mean = Self.median(peers.map(\.gain))
        let deviation = 1.4826 * Self.median(peers.map { abs($0.gain - mean) })
        let sampling = Self.median(peers.map { $0.error * $0.error })
        self.init(mean: mean, variance: max(0, deviation * deviation - sampling))
    }

    /// The gain to expect after the agent's own rows were seen.
    func expectation(_ own: AnswerGain?) -> Double {
        guard let own else { return mean }
        let sampling = own.error * own.error
        guard sampling + variance > 0 else { return own.gain }
        return (mean * sampling + own.gain * variance) / (sampling + variance)
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

/// The priors of a run's agents, from the gains that they reported in the last round.
struct GatePriors {
    private let peers: [(rows: Int, gains: [Row: AnswerGain])]

    init(_ state: RunState) {
        peers =
            state.members.compactMap { member in
                guard !state.book.quarantined.contains(member.id), let gains = state.rows[member.id]?.gains else { return nil }
                return (rows: member.profile.train, gains: gains)
            }.sorted { $0.rows < $1.rows }
    }

    /// From agents with between half and twice so many training rows; nil when no answer has enough of them.
    subscript(rows rows: Int) -> [Row: GatePrior]? {
        let near = peers.filter { $0.rows * 2 >= rows && $0.rows <= rows * 2 }
        let middle = near.count { $0.rows < rows }
        let first = max(0, min(middle - GatePrior.mostPeers / 2, near.count - GatePrior.mostPeers))
        let looked = near[first...].prefix(GatePrior.mostPeers)
        var out: [Row: GatePrior] = [:]
        for row in Row.allCases { out[row] = GatePrior(of: looked.compactMap { $0.gains[row] }) }
        return out.isEmpty ? nil : out
    }
}
