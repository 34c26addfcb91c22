// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire
import Foundation
import Testing

@testable import EngramFederation

/// The map shows who is alike, and nothing else: not who came first, not how large an update was.
@Suite(.timeLimit(.minutes(5))) struct SignatureMapTests {
    /// Agents in groups: a direction for each group, with noise.
    private func planted(_ groups: Int, each count: Int, size: Int = 64, noise: Double = 0.3, seed: UInt64 = 5) -> [AgentID:
        Signature]
    {
        var generator = SeededGenerator(seed: seed, "planted")
        let centres = (0..<groups).map { _ in (0..<size).map { _ in generator.normal() / Double(size).squareRoot() } }
        var out: [AgentID: Signature] = [:]
        for index in 0..<groups * count {
            let centre = centres[index % groups]
            let values = centre.map { Float($0 + noise * generator.normal() / Double(size).squareRoot()) }
            out[AgentID(checked: "agent-\(1000 + index)")] = Signature(values)
        }
        return out
    }

    private func group(_ id: AgentID, of groups: Int) -> Int { (Int(id.rawValue.suffix(4)) ?? 0) % groups }

    /// The greatest distance within a group, and the least between two.
    private func spread(_ map: SignatureMap, _ groups: Int) -> (within: Double, between: Double) {
        var within = 0.0
        var between = Double.infinity
        for (a, one) in map.positions {
            for (b, other) in map.positions where a < b {
                let away = hypot(one[0] - other[0], one[1] - other[1])
                if group(a, of: groups) == group(b, of: groups) {
                    within = max(within, away)
                } else {
                    between = min(between, away)
                }
            }
        }
        return (within, between)
    }

    @Test(arguments: [2, 3]) func plantedGroupsComeApart(_ groups: Int) {
        let map = SignatureMap(planted(groups, each: 12), fitting: 2000)
        #expect(map.positions.count == 12 * groups)
        let (within, between) = spread(map, groups)
        #expect(between > 2 * within, "\(within) within, \(between) between")
        let greatest = map.positions.values.joined().map(abs).max() ?? 0
        #expect(abs(greatest - 1) < 1e-3, "the map fills its frame")
    }

    /// Closed form: four directions at right angles in pairs, ±e1 and ±e2/2, lie on the map as they lie in space.
    @Test func axesAreThePrincipalOnes() throws {
        func vector(_ place: Int, _ value: Float) -> Signature {
            var values: [Float] = [0, 0, 0, 0.5]
            values[place] = value
            return Signature(values)
        }
        let map = SignatureMap(
            [
                AgentID(checked: "a"): vector(0, 1), AgentID(checked: "b"): vector(0, -1), AgentID(checked: "c"): vector(1, 0.4),
                AgentID(checked: "d"): vector(1, -0.4),
            ], fitting: 10)
        let a = try #require(map.positions[AgentID(checked: "a")])
        let c = try #require(map.positions[AgentID(checked: "c")])
        // a = (1, 0, 0, .5) / |.|, so its first coordinate is 1 / √1.25; c's second .4 / √.41: scaled by the greatest.
        #expect(abs(a[0] - 1) < 5e-3 && abs(a[1]) < 5e-3)
        #expect(abs(abs(c[1]) - (0.4 / 0.41.squareRoot()) * 1.25.squareRoot()) < 5e-3 && abs(c[0]) < 5e-3)
    }

    @Test func orderAndLengthDoNotMatter() {
        let signatures = planted(3, each: 8)
        let map = SignatureMap(signatures, fitting: 2000)
        var again: [AgentID: Signature] = [:]
        for id in signatures.keys.sorted().reversed() { again[id] = signatures[id] }
        #expect(SignatureMap(again, fitting: 2000) == map)
        let longer = signatures.mapValues { Signature($0.values.map { $0 * 3 }) }
        for (id, place) in SignatureMap(longer, fitting: 2000).positions {
            let old = map.positions[id] ?? []
            #expect(zip(place, old).allSatisfy { abs($0 - $1) < 5e-3 } && old.count == 2)
        }
    }

    /// The first agent that lies far out is on the positive side of each axis: the map does not turn over from round to round.
    @Test func signsAreFixed() throws {
        let map = SignatureMap(planted(2, each: 10), fitting: 2000)
        for axis in 0..<2 {
            let sorted = map.positions.keys.sorted().compactMap { map.positions[$0] }
            let greatest = sorted.map { abs($0[axis]) }.max() ?? 0
            #expect(try #require(sorted.first { abs($0[axis]) >= greatest / 2 })[axis] > 0)
        }
    }

    @Test func aFewFitTheAxesForMany() {
        let signatures = planted(3, each: 60)
        let map = SignatureMap(signatures, fitting: 40)
        #expect(map.positions.count == 180)
        let (within, between) = spread(map, 3)
        #expect(between > within)
        #expect(map == SignatureMap(signatures, fitting: 40), "the draw is seeded")
    }

    /// Once clusters fit, updates are short and point anywhere: what agents showed before stays on the map.
    @Test func shortUpdatesOfLateRoundsDoNotTakeTheMap() {
        var notes = RunNotes(limits: SnapshotLimits())
        for round in 1...40 {
            let isEarly = round <= 5
            for (agent, signature) in planted(2, each: 8, noise: isEarly ? 0.5 : 20, seed: isEarly ? 5 : UInt64(100 + round)) {
                let evidence = AgentEvidence(
                    agent: agent, home: .cluster(1), rows: 24,
                    slots: [
                        .cluster(1): .init(
                            trainLoss: 1, validation: Evaluation(count: 1, loss: 1, metric: 1), gain: 0, gainDeviation: 0,
                            norm: isEarly ? 1 : 0.2)
                    ], signature: Signature(signature.values.map { $0 / Float(Kernels.norm(signature.values)) }),
                    rowsOfReport: nil)
                notes.accept(evidence)
            }
        }
        #expect(notes.uploadsAccepted == 640)
        let (within, between) = spread(SignatureMap(notes.signatures, fitting: 2000), 2)
        #expect(between > within)
    }

    @Test func degenerateMapsAreMaps() {
        #expect(SignatureMap([:], fitting: 10).positions.isEmpty)
        let one = AgentID(checked: "a")
        let two = AgentID(checked: "b")
        #expect(SignatureMap([one: Signature([1, 2])], fitting: 10).positions == [one: [0, 0]])
        #expect(
            SignatureMap([one: Signature([1, 2]), two: Signature([2, 4])], fitting: 10).positions == [one: [0, 0], two: [0, 0]])
        // No direction, another size, nonsense: not on the map, and no harm to the others.
        let odd = [Signature([0, 0]), Signature([]), Signature([1]), Signature([.nan, 1]), Signature([.infinity, 1])]
        for signature in odd {
            let map = SignatureMap(
                [one: Signature([1, 2]), two: Signature([2, 1]), AgentID(checked: "c"): signature], fitting: 10)
            #expect(map.positions.keys.sorted() == [one, two])
        }
    }

    /// A peer may send any finite numbers.
    @Test func vanishingSignaturesSpoilNothing() {
        var signatures = planted(2, each: 5)
        let alone = SignatureMap(signatures, fitting: 2000)
        signatures[AgentID(checked: "tiny")] = Signature([Float](repeating: .leastNonzeroMagnitude, count: 64))
        let map = SignatureMap(signatures, fitting: 2000)
        #expect(map == alone)
        let centre = Signature.centroid(of: signatures.keys.sorted().compactMap { signatures[$0] })
        #expect(centre?.values.allSatisfy(\.isFinite) == true)
    }
}
