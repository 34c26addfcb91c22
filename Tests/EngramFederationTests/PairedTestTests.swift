// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct PairedTestTests {
    /// scipy.stats.t.sf.
    @Test(arguments: [
        (2.086, 20, 0.024998177228720095), (1.0, 1, 0.25), (12.706, 1, 0.025000401179066593), (3.0, 5, 0.015049623948731293),
        (6.0, 23, 2.0284331069062197e-06), (0.5, 100, 0.3090867829154433), (-1.7, 8, 0.9362235651483829),
        (40.0, 3, 1.7190340394579253e-05), (0.0, 7, 0.5),
    ])
    func studentsUpperTail(t: Double, freedom: Int, p: Double) {
        #expect(abs(StudentT.upperTail(t, degreesOfFreedom: freedom) - p) < 1e-10 * max(1, p) + 1e-6 * p)
    }

    @Test func manyDegreesOfFreedomAreTheNormalDistribution() {
        #expect(abs(StudentT.upperTail(1.959963985, degreesOfFreedom: 1_000_000) - 0.025) < 1e-5)
        #expect(abs(StudentT.upperTail(1.959963985, degreesOfFreedom: .max) - 0.025) < 1e-5)
    }

    @Test func tailsMirrorAndFall() {
        for v in [1, 2, 9, 40, 1000] {
            var last = 1.0
            for t in stride(from: -8.0, through: 8, by: 0.25) {
                let p = StudentT.upperTail(t, degreesOfFreedom: v)
                #expect(abs(p + StudentT.upperTail(-t, degreesOfFreedom: v) - 1) < 1e-12)
                #expect(p <= last)
                last = p
            }
        }
        #expect(StudentT.upperTail(.infinity, degreesOfFreedom: 3) == 0)
        #expect(StudentT.upperTail(-.infinity, degreesOfFreedom: 3) == 1)
        #expect(StudentT.upperTail(1e200, degreesOfFreedom: 3) == 0)
    }

    /// One stratum is the ordinary paired t test: scipy.stats.ttest_1samp([.1, .3, .2, .4, .05], 0, alternative="greater").
    @Test func oneStratum() throws {
        let test = try #require(PairedTest(strata: [[0.1, 0.3, 0.2, 0.4, 0.05]]))
        #expect(abs(test.mean - 0.21) < 1e-12)
        #expect(test.degreesOfFreedom == 4)
        #expect(abs(test.t - 3.279648999660728) < 1e-9)
        #expect(abs(test.p - 0.015255406290165793) < 1e-6)
    }

    /// A few that gain much and many that gain little: noise inside the sides decides, not the distance between them.
    @Test func strataDoNotCountTheirDifferenceAsNoise() throws {
        let sides = [[2.0, 2.1], [0.1, 0.12, 0.11, 0.09, 0.1, 0.08]]
        let stratified = try #require(PairedTest(strata: sides))
        let pooled = try #require(PairedTest(strata: [sides.flatMap { $0 }]))
        #expect(stratified.p < 1e-6)
        #expect(pooled.p > 0.01)
        #expect(stratified.mean == pooled.mean)
    }

    @Test func tooFewValuesAndNoVariance() throws {
        #expect(PairedTest(strata: []) == nil)
        #expect(PairedTest(strata: [[], []]) == nil)
        #expect(PairedTest(strata: [[1], [2]]) == nil)
        #expect(try #require(PairedTest(strata: [[1, 1], []])).p == 0)
        #expect(try #require(PairedTest(strata: [[0, 0]])).p == 0.5)
        #expect(try #require(PairedTest(strata: [[-1, -1]])).p == 1)
    }
}
