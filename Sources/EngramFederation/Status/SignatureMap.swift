// SPDX-License-Identifier: Apache-2.0
import EngramTensors
package import EngramWire

/// Where agents lie beside each other: the two directions in which their signatures differ most (classical scaling of the matrix of cosines,
/// Torgerson 1952, which is the principal components of the normalised signatures).
///
/// The same signatures give the same map, whatever order they come in. Found by power iteration on n vectors of d numbers, without the n × n
/// matrix: 2nd multiplications a step.
package struct SignatureMap: Equatable, Sendable {
    /// x and y of each agent, in -1...1; agents without a direction are not on the map.
    package let positions: [AgentID: [Double]]

    private static let mostSteps = 100
    /// Steps end when an axis turns by less than this (1 − cosine).
    private static let still = 1e-7

    /// `fitting` is the greatest number of agents that decide on the axes; more are drawn from, by a fixed seed, and all are placed.
    package init(_ signatures: [AgentID: Signature], fitting most: Int) {
        let size = signatures.keys.min().flatMap { signatures[$0]?.values.count } ?? 0
        var ids: [AgentID] = []
        var rows: [[Float]] = []
        for id in signatures.keys.sorted() {
            guard var row = signatures[id]?.values, row.count == size else { continue }
            let norm = Kernels.norm(row)
            guard Signature.usableNorms.contains(norm) else { continue }
            Kernels.scale(Float(1 / norm), &row)
            ids.append(id)
            rows.append(row)
        }
        var generator = SeededGenerator(seed: 0, "map")
        let fitted =
            rows.count > most ? generator.permutation(rows.count).prefix(max(1, most)).sorted().map { rows[$0] } : rows
        var centre = [Float](repeating: 0, count: size)
        for row in fitted { Kernels.axpy(Float(1 / Double(fitted.count)), row, into: &centre) }
        let centred = fitted.map { Kernels.subtract($0, centre) }
        var axes: [[Float]] = []
        for _ in 0..<2 { axes.append(Self.axis(of: centred, beside: axes, using: &generator)) }
        var coordinates = rows.map { row in
            let away = Kernels.subtract(row, centre)
            return axes.map { Kernels.dot(away, $0) }
        }
        for axis in axes.indices { Self.fixSign(axis, &coordinates) }
        let greatest = coordinates.joined().map(abs).max() ?? 0
        let scale = greatest > 1e-6 ? 1 / greatest : 0
        positions = Dictionary(
            zip(ids, coordinates).map { ($0, $1.map { max(-1, min(1, ($0 * scale * 1e4).rounded() / 1e4)) }) }
        ) { first, _ in first }
    }

    /// The direction of greatest variance at right angles to those known; zeros if nothing varies any more.
    private static func axis(
        of rows: [[Float]], beside known: [[Float]], using generator: inout SeededGenerator
    ) -> [Float] {
        let size = rows.first?.count ?? 0
        var axis = (0..<size).map { _ in Float(generator.normal()) }
        guard clean(&axis, of: known) else { return [Float](repeating: 0, count: size) }
        for _ in 0..<mostSteps {
            var next = [Float](repeating: 0, count: size)
            for row in rows { Kernels.axpy(Float(Kernels.dot(row, axis)), row, into: &next) }
            guard clean(&next, of: known) else { return [Float](repeating: 0, count: size) }
            let turn = 1 - Kernels.dot(axis, next)
            axis = next
            if turn < still { break }
        }
        return axis
    }

    /// Takes away what lies along the known axes and makes the length 1; false if nothing is left.
    private static func clean(_ vector: inout [Float], of known: [[Float]]) -> Bool {
        for other in known { Kernels.axpy(Float(-Kernels.dot(vector, other)), other, into: &vector) }
        let norm = Kernels.norm(vector)
        guard norm > 1e-9, norm.isFinite else { return false }
        Kernels.scale(Float(1 / norm), &vector)
        return true
    }

    /// A direction and its opposite explain as much. The first agent that lies far out, by id, is on the positive side: as long as the
    /// agents stay where they are, so does the map.
    private static func fixSign(_ axis: Int, _ coordinates: inout [[Double]]) {
        let greatest = coordinates.map { abs($0[axis]) }.max() ?? 0
        guard let first = coordinates.first(where: { abs($0[axis]) >= greatest / 2 }), first[axis] < 0 else { return }
        for place in coordinates.indices { coordinates[place][axis] = -coordinates[place][axis] }
    }
}
