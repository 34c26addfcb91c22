// SPDX-License-Identifier: Apache-2.0
import EngramTensors

extension FeatureSubspaces {
    /// How the angles between two agents' spans become one number, in degrees.
    package enum Measure: String, Codable, Sendable, CaseIterable {
        /// The smallest principal angle: PACFL's proximity. It says whether any direction is shared, so it is 0 for all agents
        /// once classes × p exceeds half of the dimensions.
        case smallest
        /// The sum of all principal angles: PACFL's other one. Subspaces of two sizes differ by 90° more for each dimension that
        /// one has not (Ye & Lim 2016), else an agent with few classes would be near to everyone.
        case sum
    }

    /// The dissimilarity of two agents, from the true principal angles between their spans: arc cosines of the singular values
    /// of UᵀV.
    ///
    /// PACFL's public code takes the least arc cosine of an entry of UᵀV, and the paper's sum the trace of arc cosines, both of
    /// which depend on the bases' signs and order and are no angles between subspaces. An agent without rows has 90° to
    /// everyone by `smallest`. Throws `badData` for subspaces of different shapes.
    package func dissimilarity(to other: FeatureSubspaces, by measure: Measure) throws(LearningError) -> Double {
        if dimension != other.dimension {
            throw .badData("subspaces of \(dimension) and \(other.dimension) features cannot be compared")
        }
        do throws(AlgebraError) {
            let angles = try PrincipalAngles(between: span, and: other.span)
            switch measure {
            case .smallest: return angles.smallest ?? 90
            case .sum: return angles.degrees.reduce(0, +) + 90 * Double(abs(span.rows - other.span.rows))
            }
        } catch {
            throw LearningError(error)
        }
    }

    /// All dissimilarities, [agents][agents], symmetric with zeros on the diagonal: PACFL's proximity matrix.
    package static func dissimilarities(
        of agents: [FeatureSubspaces], by measure: Measure
    ) throws(LearningError) -> [[Double]] {
        var table = [[Double]](repeating: [Double](repeating: 0, count: agents.count), count: agents.count)
        for i in agents.indices {
            for j in 0..<i {
                table[i][j] = try agents[i].dissimilarity(to: agents[j], by: measure)
                table[j][i] = table[i][j]
            }
        }
        return table
    }
}
