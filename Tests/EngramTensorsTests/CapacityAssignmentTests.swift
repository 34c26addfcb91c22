// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Testing

@Suite("Assignment to edges of limited capacity", .timeLimit(.minutes(5)))
struct CapacityAssignmentTests {
    /// The least cost by trying everything.
    static func bruteForce(_ costs: Matrix, _ capacities: [Int]) -> Double {
        var (rooms, best) = (capacities, Double.infinity)
        func place(_ agent: Int, _ sum: Double) {
            if agent == costs.rows {
                best = min(best, sum)
                return
            }
            for k in rooms.indices where rooms[k] > 0 {
                rooms[k] -= 1
                place(agent + 1, sum + costs[agent, k])
                rooms[k] += 1
            }
        }
        place(0, 0)
        return best
    }

    static func check(_ found: CapacityAssignment, _ costs: Matrix, _ capacities: [Int]) {
        #expect(found.edges.count == costs.rows)
        for k in capacities.indices { #expect(found.edges.count { $0 == k } <= max(0, capacities[k])) }
        let sum = found.edges.enumerated().reduce(0.0) { $0 + costs[$1.offset, $1.element] }
        #expect(found.cost == sum)
    }

    @Test("no gap to brute force", arguments: 0..<60)
    func exact(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed, "assignment")
        let (agents, edges) = (1 + generator.below(7), 1 + generator.below(4))
        var capacities = (0..<edges).map { _ in generator.below(4) }
        while capacities.reduce(0, +) < agents { capacities[generator.below(edges)] += 1 }
        // Every third time whole numbers, with many ties; every third negative ones too.
        let values = (0..<agents * edges).map { _ in
            seed % 3 == 0 ? Double(generator.below(4)) : generator.uniform() - (seed % 3 == 1 ? 0.5 : 0)
        }
        let costs = Matrix(rows: agents, columns: edges, values: values)
        let found = try CapacityAssignment(costs: costs, capacities: capacities)
        Self.check(found, costs, capacities)
        #expect(abs(found.cost - Self.bruteForce(costs, capacities)) < 1e-12)
    }

    @Test("a chain of moves is found where each agent alone could not move")
    func chain() throws {
        // Each edge has room for one; agent i is happy on edge i or, a little less, on i + 1; the last agent can go to edge 0
        // only.
        let n = 12
        var costs = Matrix(rows: n, columns: n, values: [Double](repeating: 100, count: n * n))
        for i in 0..<n - 1 {
            costs[i, i] = 0
            costs[i, i + 1] = 1
        }
        costs[n - 1, 0] = 0
        let found = try CapacityAssignment(costs: costs, capacities: [Int](repeating: 1, count: n))
        #expect(found.edges == (1..<n).map { $0 } + [0])
        #expect(found.cost == Double(n - 1))
    }

    @Test("many agents: no swap and no move improves, and the order of edges of equal cost is kept")
    func large() throws {
        var generator = SeededGenerator(seed: 3)
        let (agents, edges) = (300, 8)
        let costs = Matrix(rows: agents, columns: edges, values: (0..<agents * edges).map { _ in generator.uniform() })
        let capacities = [10, 20, 30, 40, 50, 60, 70, 30]
        let found = try CapacityAssignment(costs: costs, capacities: capacities)
        Self.check(found, costs, capacities)
        var loads = [Int](repeating: 0, count: edges)
        for k in found.edges { loads[k] += 1 }
        for i in 0..<agents {
            let mine = found.edges[i]
            for k in 0..<edges where loads[k] < capacities[k] { #expect(costs[i, k] >= costs[i, mine]) }
            for j in 0..<i {
                let other = found.edges[j]
                #expect(costs[i, other] + costs[j, mine] >= costs[i, mine] + costs[j, other] - 1e-12)
            }
        }
        #expect(try CapacityAssignment(costs: costs, capacities: capacities) == found)
        let even = try CapacityAssignment(costs: Matrix(zeros: 5, 3), capacities: [2, .max, .max])
        #expect(even.edges == [0, 0, 1, 1, 1])
    }

    @Test("what cannot be assigned is refused, in words")
    func refused() throws {
        #expect(throws: AlgebraError.infeasible("3 agents do not fit on edges with room for 2: raise a capacity")) {
            try CapacityAssignment(costs: Matrix(zeros: 3, 2), capacities: [2, -5])
        }
        #expect(throws: AlgebraError.self) {
            try CapacityAssignment(costs: Matrix(rows: 1, columns: 1, values: [.nan]), capacities: [1])
        }
        #expect(try CapacityAssignment(costs: Matrix(zeros: 0, 0), capacities: []).edges.isEmpty)
    }
}
