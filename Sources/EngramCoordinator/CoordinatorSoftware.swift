// SPDX-License-Identifier: Apache-2.0

/// What this program is, for status answers and reports.
package enum CoordinatorSoftware {
    package static let version = "0.1.0"
}
