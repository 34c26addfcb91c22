// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramWire

/// Splits and merges: proposed by signatures and probes, tried, judged.
extension Constellation {
    func proposeSplits(_ evidence: RoundEvidence, state: inout State, book: inout ClusterBook) {
        for cluster in book.clusters {
            let members = cluster.members.filter {
                state.signatures[$0] != nil && state.newcomers[$0] == nil && !book.quarantined.contains($0)
            }
            guard members.count >= 2 * minimumSize, evidence.round >= state.earliest[cluster.id] ?? start,
                !state.trials.contains(where: { $0.clusters.contains(cluster.id) })
            else { continue }
            let signatures = members.compactMap { state.signatures[$0] }
            guard let side = bipartition(signatures) else {
                state.earliest[cluster.id] = evidence.round + patience
                continue
            }
            let sizes = [0, 1].map { k in side.count { $0 == k } }
            guard let a = book.openCandidate(copying: cluster.id), let b = book.openCandidate(copying: cluster.id) else {
                continue
            }
            state.trials.append(
                Trial(
                    kind: .split, clusters: [cluster.id], candidates: [a, b],
                    side: Dictionary(uniqueKeysWithValues: zip(members, side)), lastRound: evidence.round + trial))
            book.note(
                LineageEvent(
                    round: evidence.round, .tried, from: [cluster.id], to: [a, b],
                    reason: "the signatures fall into two groups of \(sizes[0]) and \(sizes[1])"))
        }
    }

    /// The two largest groups that the signatures fall into, everyone else with the nearer one; nil if no cut gives two of enough members.
    ///
    /// A cut into just two would often part one odd agent from all others, and hide every real group behind it.
    private func bipartition(_ signatures: [Signature]) -> [Int]? {
        let tree = Agglomeration(distances: Signature.distances(signatures), linkage: .average)
        for count in 2...max(2, min(Self.finestCut, signatures.count)) {
            let groups = tree.groups(count)
            let sizes = (0..<count).map { k in (size: groups.count { $0 == k }, group: k) }
            let large = sizes.filter { $0.size >= minimumSize }.sorted { ($1.size, $0.group) < ($0.size, $1.group) }
            guard large.count >= 2 else { continue }
            let kept = [large[0].group, large[1].group].sorted()
            let centres = kept.map { group in
                Signature.centroid(of: signatures.indices.filter { groups[$0] == group }.map { signatures[$0] })
            }
            return signatures.indices.map { i in
                if let side = kept.firstIndex(of: groups[i]) { return side }
                let near = centres.map { $0.map { signatures[i].cosine($0) } ?? -1 }
                return near[1] > near[0] ? 1 : 0
            }
        }
        return nil
    }

    /// The most groups that a cut may have on the way to two large ones.
    private static let finestCut = 8

    /// Tries to join two clusters when, by the last probes, each one's members lose little under the other's model.
    func proposeMerges(_ evidence: RoundEvidence, state: inout State, book: inout ClusterBook) {
        let free = book.clusters.filter { cluster in
            evidence.round >= (state.earliestMerge[cluster.id] ?? 0) && !cluster.members.isEmpty
                && !state.trials.contains { $0.clusters.contains(cluster.id) } && evidence.round >= cluster.born + patience
        }
        var best: (pair: [Cluster], cost: Double)?
        for (i, a) in free.enumerated() {
            for b in free[(i + 1)...] {
                let costs = [(a, b), (b, a)].map {
                    cost(of: $0.1.id, to: $0.0.members, since: evidence.round - 2 * probeEvery, state)
                }
                guard let there = costs[0], let back = costs[1], max(there, back) < minimumGain else { continue }
                if best.map({ max(there, back) < $0.cost }) ?? true { best = ([a, b], max(there, back)) }
            }
        }
        guard let (pair, cost) = best,
            let larger = pair.max(by: { ($0.members.count, $1.id) < ($1.members.count, $0.id) }),
            let candidate = book.openCandidate(copying: larger.id)
        else { return }
        let everyone = pair.flatMap(\.members)
        state.trials.append(
            Trial(
                kind: .merge, clusters: pair.map(\.id), candidates: [candidate],
                side: Dictionary(uniqueKeysWithValues: everyone.map { ($0, 0) }), lastRound: evidence.round + trial))
        book.note(
            LineageEvent(
                round: evidence.round, .tried, from: pair.map(\.id), to: [candidate],
                reason: "each one's members do nearly as well with the other's model", figures: ["relative_loss_rise": cost]))
    }

    /// Mean relative rise of the loss of these agents under another cluster's model; nil unless most of them looked lately.
    private func cost(of other: SlotID, to agents: [AgentID], since round: Int, _ state: State) -> Double? {
        let looks = agents.compactMap { state.looks[$0]?[other] }.filter { $0.round >= round }
        guard 2 * looks.count > agents.count else { return nil }
        let loss = looks.reduce(0) { $0 + $1.loss }
        return loss > 0 ? -looks.reduce(0) { $0 + $1.gain } / loss : nil
    }

    /// Judges every trial whose candidates have trained for long enough; what is not clear yet goes on for a while.
    ///
    /// Under label skew a round's model swings from round to round, and all its members' gains with it: one look would test the swing.
    /// So members' gains are averaged over the rounds looked at, and the chance of error is shared among as many looks as there can be.
    func settleTrials(_ evidence: RoundEvidence, state: inout State, book: inout ClusterBook) {
        var open: [Trial] = []
        for var trial in state.trials {
            if evidence.round > trial.lastRound {
                look(at: &trial, evidence, book)
                if judge(trial, evidence, &state, &book) { continue }
            } else if trial.kind == .split {
                // What half-trained candidates gain is no figure to keep, but where it is beyond doubt every further round together is lost.
                var glimpsed = trial
                look(at: &glimpsed, evidence, book)
                if judge(glimpsed, evidence, &state, &book) { continue }
            }
            open.append(trial)
        }
        state.trials = open
    }

    private func look(at trial: inout Trial, _ evidence: RoundEvidence, _ book: ClusterBook) {
        for agent in evidence.agents where !book.quarantined.contains(agent.agent) {
            guard let candidate = trial.candidate(for: agent.agent), let figures = agent.slots[candidate],
                let home = agent.slots[agent.home], trial.clusters.contains(agent.home), home.validation.count > 0
            else { continue }
            // What a personal part mends at once is no reason to part: a mix of classes, how sure the answers are.
            var (before, after) = (home.validation.loss, figures.validation.loss)
            if let own = home.calibratedLoss, let other = figures.calibratedLoss { (before, after) = (own, other) }
            trial.gains[agent.agent, default: []].append(before - after)
            trial.losses[agent.agent, default: []].append(before)
        }
    }

    /// Decides a trial, or returns false if it is to go on.
    private func judge(_ trial: Trial, _ evidence: RoundEvidence, _ state: inout State, _ book: inout ClusterBook) -> Bool {
        // A trial whose cluster has gone meanwhile has nothing left to decide.
        guard trial.clusters.allSatisfy({ book.cluster($0) != nil }) else {
            for candidate in trial.candidates { book.close(candidate) }
            return true
        }
        var gains = [[Double]](repeating: [], count: trial.kind == .split ? 2 : trial.clusters.count)
        var loss = 0.0, rows = 0
        for (agent, own) in trial.gains.sorted(by: { $0.key < $1.key }) {
            guard let home = book.cluster(of: agent)?.id, let losses = trial.losses[agent], !own.isEmpty else { continue }
            let stratum = trial.kind == .split ? trial.side[agent] : trial.clusters.firstIndex(of: home)
            guard let stratum, gains.indices.contains(stratum) else { continue }
            gains[stratum].append(own.reduce(0, +) / Double(own.count))
            loss += losses.reduce(0, +) / Double(losses.count)
            rows += 1
        }
        let tries = trial.clusters.map { state.tries[$0] ?? 0 }.max() ?? 0
        let test = PairedTest(strata: gains)
        let relative = loss > 0 ? (test?.mean ?? 0) * Double(rows) / loss : 0
        let sides = gains.map { $0.isEmpty ? 0 : $0.reduce(0, +) / Double($0.count) }
        let looked = evidence.round - trial.lastRound
        // How much of the chance of error this look may use.
        let share = looked < 1 ? Self.earlyShare : looked < looks ? 1 / Double(looks) : 1
        // Early looks must be very clear, so that the last one has nearly the whole chance of error (O'Brien & Fleming 1979).
        // A split must pay; a merge, which makes things simpler, must only not hurt, and a little luck does not pass for that.
        let accepted =
            switch trial.kind {
            case .split:
                (test?.p ?? 1) < significance * share / Double(tries + 1) && relative >= splitGain && sides.allSatisfy { $0 > 0 }
            case .merge:
                (test?.mean ?? -1) > 0 && (test?.p ?? 1) < 0.05
            }
        var figures = ["gain": test?.mean ?? 0, "relative_gain": relative, "t": test?.t ?? 0, "p": test?.p ?? 1]
        figures["agents"] = Double(rows)
        figures["tries"] = Double(tries + 1)
        for (k, side) in sides.enumerated() { figures["gain_side_\(k + 1)"] = side }
        if !accepted, trial.kind == .split, looked < looks, evidence.round + 1 < evidence.rounds,
            looked < Self.leastLooks || (test?.p ?? 1) < Self.hopeless
        {
            return false
        }
        figures["looks"] = Double(max(1, looked))
        guard accepted else {
            for candidate in trial.candidates { book.close(candidate) }
            for cluster in trial.clusters {
                state.tries[cluster] = (state.tries[cluster] ?? 0) + 1
                let next = evidence.round + patience * (tries + 1)
                if trial.kind == .split { state.earliest[cluster] = next } else { state.earliestMerge[cluster] = next }
            }
            book.note(
                LineageEvent(
                    round: evidence.round, .refused, from: trial.clusters, to: trial.candidates,
                    reason: "the \(trial.kind.rawValue) did not pay on the members' own validation rows", figures: figures))
            return true
        }
        switch trial.kind {
        case .split:
            let cluster = trial.clusters[0]
            let members = book.cluster(cluster)?.members ?? []
            let parts = trial.candidates.indices.map { k in
                (id: trial.candidates[k], members: members.filter { (trial.side[$0] ?? closest($0, trial, state)) == k })
            }
            book.split(
                cluster, into: parts, round: evidence.round,
                reason: "the members' validation loss fell with the children's models", figures: figures)
        case .merge:
            book.merge(
                trial.clusters, into: trial.candidates[0], round: evidence.round,
                reason: "the members' validation loss fell with one common model", figures: figures)
        }
        for candidate in trial.candidates { state.earliest[candidate] = evidence.round + 1 }
        return true
    }

    /// Before the candidates have had their rounds, a split must be this much clearer.
    private static let earlyShare = 1e-4
    /// After so many looks, a split whose gain may so well be none is not looked at again.
    private static let leastLooks = 3
    private static let hopeless = 0.5

    /// The side of a split that an agent which joined during the trial is most like.
    private func closest(_ agent: AgentID, _ trial: Trial, _ state: State) -> Int {
        guard let own = state.signatures[agent] else { return 0 }
        let cosines = [0, 1].map { k in
            let side = trial.side.filter { $0.value == k }.keys.sorted().compactMap { state.signatures[$0] }
            return Signature.centroid(of: side).map { own.cosine($0) } ?? -1
        }
        return cosines[1] > cosines[0] ? 1 : 0
    }
}
