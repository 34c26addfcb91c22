// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramTensors
import Foundation

/// The small vector by which the coordinator compares agents: a seeded random projection of an agent's normalised update, made by the
/// agent before lossy coding, averaged over rounds with a memory.
///
/// Projections keep cosines: cos(Ra, Rb) = cos(a, b) ± O(1/√size). Coded in JSON as base64 of little-endian float32.
package struct Signature: Codable, Equatable, Sendable {
    /// Far above the norm of any projection of a normalised update.
    package static let maximumNorm = 1e3
    /// Norms of updates whose reciprocal, and whose projection, Float32 can hold; outside there is no direction to speak of.
    static let usableNorms = 1e-30...1e30

    package var values: [Float]

    package init(_ values: [Float]) { self.values = values }

    /// The projection of one round's update; zeros if the update is zero.
    package init(update: [Float], size: Int, seed: UInt64) {
        let norm = Kernels.norm(update)
        guard Self.usableNorms.contains(norm) else {
            values = [Float](repeating: 0, count: size)
            return
        }
        values = Kernels.signProjection(update, size: size, seed: seed)
        Kernels.scale(Float(1 / norm), &values)
    }

    /// s ← memory·s + fresh.
    package mutating func absorb(_ fresh: Signature, memory: Double) {
        guard fresh.values.count == values.count else {
            values = fresh.values
            return
        }
        Kernels.scale(Float(memory), &values)
        Kernels.axpy(1, fresh.values, into: &values)
    }

    /// Cosine similarity; 0 if either is zero.
    package func cosine(_ other: Signature) -> Double {
        guard values.count == other.values.count else { return 0 }
        let scale = Kernels.norm(values) * Kernels.norm(other.values)
        return scale > 0 && scale.isFinite ? max(-1, min(1, Kernels.dot(values, other.values) / scale)) : 0
    }

    /// The mean direction of several signatures.
    package static func centroid(of all: [Signature]) -> Signature? {
        guard let first = all.first else { return nil }
        var sum = [Float](repeating: 0, count: first.values.count)
        for signature in all where signature.values.count == sum.count {
            let norm = Kernels.norm(signature.values)
            if usableNorms.contains(norm) { Kernels.axpy(Float(1 / norm), signature.values, into: &sum) }
        }
        return Signature(sum)
    }

    /// 1 − cosine for every pair.
    package static func distances(_ all: [Signature]) -> [[Double]] {
        var out = [[Double]](repeating: [Double](repeating: 0, count: all.count), count: all.count)
        for i in all.indices {
            for j in 0..<i {
                out[i][j] = 1 - all[i].cosine(all[j])
                out[j][i] = out[i][j]
            }
        }
        return out
    }

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let data = Data(base64Encoded: text), data.count % 4 == 0 else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "not a signature"))
        }
        let bytes = [UInt8](data)
        values = stride(from: 0, to: bytes.count, by: 4).map { i in
            let bits = UInt32(bytes[i]) | UInt32(bytes[i + 1]) << 8 | UInt32(bytes[i + 2]) << 16 | UInt32(bytes[i + 3]) << 24
            return Float(bitPattern: bits)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var data = Data(capacity: values.count * 4)
        for value in values {
            let bits = value.bitPattern
            for shift in [0, 8, 16, 24] as [UInt32] { data.append(UInt8(truncatingIfNeeded: bits >> shift)) }
        }
        var container = encoder.singleValueContainer()
        try container.encode(data.base64EncodedString())
    }
}
