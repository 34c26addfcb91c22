// SPDX-License-Identifier: Apache-2.0

/// A ball around zero onto which vectors are scaled back: x·min(1, radius/‖x‖).
struct NormBound: Equatable, Sendable {
    let radius: Double

    /// What a vector of this norm is multiplied by.
    func factor(_ norm: Double) -> Double { norm <= radius ? 1 : radius / norm }
}
