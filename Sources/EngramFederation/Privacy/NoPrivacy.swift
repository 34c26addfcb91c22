// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// Everything is sent as it is.
package struct NoPrivacy: Privacy {
    package static let name = "none"
    package static let summary = "updates are sent as they are"

    package init() {}

    package func disguised(
        _ values: [Float], as kind: Disclosure, clip: Double?, using generator: inout SeededGenerator
    ) -> [Float]? { nil }

    package func epsilon(of spent: PrivacyLedger.Spent, sampling: Double) -> Double { .infinity }
}
