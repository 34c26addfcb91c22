// SPDX-License-Identifier: Apache-2.0
import CShims
import Foundation

/// Whether certificates and tokens, which have a beginning and an end, are judged by the right time.
enum ClockCheck {
    /// Certificates begin five minutes before they are made.
    static let greatestSkew = 300.0

    /// By the kernel: whether anything keeps this clock in time.
    static func kept() -> Finding { kept(engram_clock_is_kept()) }

    static func kept(_ synchronised: Bool) -> Finding {
        synchronised
            ? .fine("clock", "kept in time")
            : .warning(
                "clock", "nothing keeps it in time, says the kernel",
                "install chrony or enable systemd-timesyncd; inside a container this is the host's business")
    }

    /// `skew`: this clock less the coordinator's, in seconds.
    static func skew(_ skew: Double) -> Finding {
        let found = String(format: "%.1f s %@ the coordinator's", abs(skew), skew < 0 ? "behind" : "before")
        return abs(skew) < greatestSkew
            ? .fine("clocks", found)
            : .problem("clocks", found, "set the clock that is wrong: certificates and tokens are refused at such a distance")
    }
}
