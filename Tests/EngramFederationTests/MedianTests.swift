// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct MedianTests {
    @Test(arguments: 1...8) func againstBruteForce(agents: Int) throws {
        let updates = ToyUpdates.normal(agents, 13, seed: UInt64(agents))
        let median = try Median().combining(UpdateBatch(updates), count: 13)
        for j in 0..<13 {
            // The median has as many values on one side as on the other, and lies midway between its neighbours.
            let column = updates.map { Double($0[j]) }.sorted()
            let expected = (column[(agents - 1) / 2] + column[agents / 2]) / 2
            #expect(abs(Double(median[j]) - expected) < 1e-6)
        }
    }

    @Test func rowsDoNotCount() throws {
        let updates: [[Float]] = [[1], [2], [30]]
        #expect(try Median().combining(UpdateBatch(toyWeights: [1, 1, 1000]) { updates[$0] }, count: 1) == [2])
    }

    @Test func theMiddleOfTwoHugeValuesIsFinite() { #expect(Median.middle([3e38, 3.2e38] as [Float]).isFinite) }
}
