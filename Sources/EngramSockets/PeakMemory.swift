// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The greatest resident memory of this process so far.
package enum PeakMemory {
    package static var bytes: Int {
        var usage = rusage()
        guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
        return usage.ru_maxrss * 1024
    }
}

extension Duration {
    package var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
