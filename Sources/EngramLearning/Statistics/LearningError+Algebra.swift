// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

extension LearningError {
    /// What an error of linear algebra means for the data that it came from.
    package init(_ error: AlgebraError) {
        if case .singular = error { self = .singular } else { self = .badData(error.description) }
    }
}
