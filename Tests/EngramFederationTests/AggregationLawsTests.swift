// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Testing

@testable import EngramFederation

/// What holds for every rule of the catalogue.
@Suite(.timeLimit(.minutes(5))) struct AggregationLawsTests {
    static let names = Catalogue<any Aggregation>.aggregation.names
    /// Rules that a minority cannot lead away, however far it goes.
    static let robust = [
        Median.name, Krum.name, MultiKrum.name, Bulyan.name, CentredClip.name, ThresholdClustering.name, FLTrust.name,
        TrimmedMean.name,
    ]

    private func rule(_ name: String) throws -> any Aggregation {
        let rule = try #require(Catalogue<any Aggregation>.aggregation.make(name))
        if var trust = rule as? FLTrust {
            trust.root = "a0"
            return trust
        }
        if var trimmed = rule as? TrimmedMean {
            trimmed.trim = 0.25
            return trimmed
        }
        return rule
    }

    @Test(arguments: names) func withoutUpdatesNothingMoves(name: String) throws {
        #expect(try rule(name).combining(UpdateBatch([]), count: 3) == [0, 0, 0])
    }

    @Test(arguments: names) func oneUpdateIsTheResult(name: String) throws {
        let result = try rule(name).combining(UpdateBatch([[1, -2, 4]]), count: 3)
        #expect(ToyUpdates.gap(result, [1, -2, 4]) < 1e-6)
    }

    /// Groups of every size, larger and smaller than what the rules ask for: a round does not fail.
    @Test(arguments: names, 1...12) func everySizeGivesAFiniteResult(name: String, agents: Int) throws {
        let result = try rule(name).combining(UpdateBatch(ToyUpdates.normal(agents, 5, seed: 3)), count: 5)
        #expect(result.count == 5)
        #expect(Kernels.isFinite(result))
    }

    @Test(arguments: names) func zerosStayZeros(name: String) throws {
        let zeros = [[Float]](repeating: [0, 0, 0], count: 7)
        #expect(try rule(name).combining(UpdateBatch(zeros), count: 3) == [0, 0, 0])
    }

    /// FoolsGold takes agents that always agree for one attacker; for all others agreement is agreement.
    @Test(arguments: names.filter { $0 != FoolsGold.name }) func agreementIsKept(name: String) throws {
        let update: [Float] = [0.5, -1, 3]
        let result = try rule(name).combining(UpdateBatch([[Float]](repeating: update, count: 9)), count: 3)
        #expect(ToyUpdates.gap(result, floats: update) < 1e-6)
    }

    @Test(arguments: names) func slicesDoNotChangeTheResult(name: String) throws {
        let updates = ToyUpdates.normal(9, 40, seed: 4)
        var batch = UpdateBatch(updates)
        let whole = try rule(name).combining(batch, count: 40)
        batch.sliceBytes = 4 * 9 * 7
        #expect(ToyUpdates.gap(try rule(name).combining(batch, count: 40), floats: whole) < 1e-6)
    }

    /// Numbers at the edge of Float32 from two of eleven: the others' direction survives.
    @Test(arguments: robust) func hugeUpdatesDoNotCarryTheResultAway(name: String) throws {
        var (updates, truth) = ToyUpdates.attacked(11, hostile: 0, 20, seed: 6)
        updates[4] = [Float](repeating: 3e38, count: 20)
        updates[9] = [Float](repeating: -3e38, count: 20)
        let rule = try rule(name)
        var memory: [Float]?
        var result: [Float] = []
        for _ in 0..<5 { result = try rule.combine(UpdateBatch(updates), count: 20, memory: &memory) }
        #expect(Kernels.isFinite(result))
        #expect(ToyUpdates.error(result, truth) < 0.2)
    }

    @Test(arguments: robust) func aMinorityThatPointsBackIsOutvoted(name: String) throws {
        let (updates, truth) = ToyUpdates.attacked(11, hostile: 2, 30, seed: 8)
        let options = Tree.map([.init("hostile", .integer(2))])
        var rule = try rule(name)
        if name == Krum.name || name == MultiKrum.name || name == Bulyan.name {
            var read = try Options(reading: options, path: "")
            try Catalogue<any Aggregation>.aggregation.configure(&rule, &read)
        }
        var memory: [Float]?
        var result: [Float] = []
        for _ in 0..<5 { result = try rule.combine(UpdateBatch(updates), count: 30, memory: &memory) }
        #expect(ToyUpdates.error(result, truth) < 0.2)
        let mean = try WeightedMean().combining(UpdateBatch(updates), count: 30)
        #expect(ToyUpdates.error(mean, truth) > 10)
    }

    @Test(arguments: names) func optionsReadBackAsPrinted(name: String) throws {
        let catalogue = Catalogue<any Aggregation>.aggregation
        var rule = try rule(name)
        var printed = Options(printing: "aggregation")
        try catalogue.configure(&rule, &printed)
        var read = try Options(reading: .map(printed.printed), path: "aggregation")
        try catalogue.configure(&rule, &read)
        try read.finish()
    }
}
