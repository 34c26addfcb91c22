// SPDX-License-Identifier: Apache-2.0
import EngramTensors

extension UpdateBatch {
    /// Moves a centre towards the updates, `iterations` times: z ← z + (1/n) Σ pull(‖x − z‖, radius)·(x − z), with pulls in 0...1.
    ///
    /// A radius of 0 means, in each iteration, the least one within which a majority of the updates lies: no scale of updates to
    /// know, and no minority that can choose it. Reads each update twice an iteration.
    func centre(
        from start: [Float], radius: Double, iterations: Int, pull: (_ distance: Double, _ radius: Double) -> Double
    ) throws -> [Float] {
        guard count > 0 else { return start }
        var centre = start
        for _ in 0..<iterations {
            // A difference beyond Float32 is an infinite distance: no pull, like anything very far.
            let distances = try (0..<count).map { Kernels.norm(Kernels.subtract(try read($0), centre)) }
            let reach = radius > 0 ? radius : distances.sorted()[count / 2]
            let factors = distances.map { pull($0, reach) / Double(count) }
            let kept = 1 - factors.reduce(0, +)
            centre = Kernels.narrow(try sum(factors, from: centre.map { kept * Double($0) }))
        }
        return centre
    }
}
