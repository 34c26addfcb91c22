// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What this program is, for status answers and reports.
package enum CoordinatorSoftware {
    package static let version = "0.1.0"

    /// The greatest resident memory of this process so far, in bytes.
    static var peakMemory: Int {
        var usage = rusage()
        guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
        return usage.ru_maxrss * 1024
    }
}
