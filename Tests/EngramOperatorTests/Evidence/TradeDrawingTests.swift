// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EngramOperator

@Suite(.timeLimit(.minutes(5)))
struct TradeDrawingTests {
    private func svg(_ prices: [Double?]) -> String? {
        let points = prices.enumerated().map { TradeDrawing.Point(name: "m<\($0)>", price: $1, value: 0.5 + 0.1 * Double($0)) }
        return TradeDrawing(title: "toy", price: "MB", points: points)?.svg
    }

    @Test("ten times the price is the same step, wherever it begins")
    func logarithmic() throws {
        let drawing = try #require(svg([1, 10, 100]))
        let places = drawing.split(separator: "\n").filter { $0.hasPrefix("<circle") }.compactMap {
            $0.split(separator: "\"").dropFirst().first.flatMap { Double($0) }
        }
        try #require(places.count == 3)
        #expect(abs((places[1] - places[0]) - (places[2] - places[1])) < 0.2 && places[1] > places[0])
        #expect(drawing.contains("2  m&lt;1&gt;: 0.600"))
    }

    @Test("who pays nothing is a line, and without any price there is no drawing")
    func free() throws {
        let drawing = try #require(svg([nil, 3, 0]))
        #expect(drawing.split(separator: "\n").count { $0.contains("stroke-dasharray") } == 2)
        #expect(drawing.split(separator: "\n").count { $0.hasPrefix("<circle") } == 1)
        #expect(!drawing.contains("nan") && !drawing.contains("inf"))
        #expect(svg([nil, 0, .infinity]) == nil && svg([]) == nil)
    }
}
