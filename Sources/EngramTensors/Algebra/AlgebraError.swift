// SPDX-License-Identifier: Apache-2.0

/// What can go wrong in linear algebra with finite sizes: the numbers themselves.
package enum AlgebraError: Error, Equatable, CustomStringConvertible {
    /// A number is NaN, infinite, or too large to be computed or coded with.
    case notFinite(String)
    /// An iteration did not settle within its limit.
    case noConvergence(String)
    /// A matrix that must be positive definite is not.
    case singular(String)
    /// A problem without a solution.
    case infeasible(String)

    package var description: String {
        switch self {
        case .notFinite(let what): "\(what) holds numbers that are not finite or too large: check the features' scale"
        case .noConvergence(let what): "\(what) did not converge: check the features' scale, or add a ridge"
        case .singular(let what): "\(what) is singular: add a ridge above 0"
        case .infeasible(let reason): reason
        }
    }
}
