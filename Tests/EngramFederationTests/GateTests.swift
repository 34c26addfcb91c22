// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct GateTests {
    @Test func aLuckyRowIsNotEnough() {
        // One row of ten is better: mean .1, standard error .1.
        #expect(!Gate.isClearlyLess([0, 1, 1, 1, 1, 1, 1, 1, 1, 1], than: [Double](repeating: 1, count: 10)))
        #expect(!Gate.isClearlyLess([1, 0], than: [0, 1]))
    }

    @Test func aSteadyGainIs() {
        #expect(Gate.isClearlyLess([0, 0, 0, 1, 1, 1, 1, 1, 1, 1], than: [Double](repeating: 1, count: 10)))
        #expect(Gate.isClearlyLess([0.4, 0.5], than: [0.5, 0.6]))
        #expect(!Gate.isClearlyLess([0.5, 0.6], than: [0.4, 0.5]))
    }

    @Test func withoutRowsNothingIsReplaced() {
        #expect(!Gate.isClearlyLess([], than: []))
        #expect(!Gate.isClearlyLess([0], than: [1]))
    }
}
