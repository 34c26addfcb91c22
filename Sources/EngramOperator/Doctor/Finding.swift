// SPDX-License-Identifier: Apache-2.0
import Foundation

/// One thing that was looked at, and what to do about it.
package struct Finding: Encodable, Equatable, Sendable {
    package enum Verdict: String, Encodable, Sendable {
        case fine
        /// Works, but not well or not for long.
        case warning
        /// Does not work.
        case problem
    }

    package let subject: String
    package let verdict: Verdict
    /// What was seen.
    package let found: String
    /// The next step; nil where there is nothing to do.
    package let advice: String?

    package static func fine(_ subject: String, _ found: String) -> Finding {
        Finding(subject: subject, verdict: .fine, found: found, advice: nil)
    }

    package static func warning(_ subject: String, _ found: String, _ advice: String) -> Finding {
        Finding(subject: subject, verdict: .warning, found: found, advice: advice)
    }

    package static func problem(_ subject: String, _ found: String, _ advice: String) -> Finding {
        Finding(subject: subject, verdict: .problem, found: found, advice: advice)
    }
}

extension [Finding] {
    /// One finding a line, its advice below it.
    package var text: String {
        let width = map(\.subject.count).max() ?? 0
        let lines = map { finding in
            let mark =
                switch finding.verdict {
                case .fine: "fine   "
                case .warning: "warning"
                case .problem: "PROBLEM"
                }
            let subject = finding.subject.padding(toLength: width, withPad: " ", startingAt: 0)
            let advice = finding.advice.map { "\n" + String(repeating: " ", count: width + 11) + "-> " + $0 } ?? ""
            return "\(mark)  \(subject)  \(finding.found)\(advice)"
        }
        let problems = count { $0.verdict == .problem }
        let warnings = count { $0.verdict == .warning }
        let sum =
            problems + warnings == 0
            ? "nothing to do" : "\(Words.count(problems, "problem")), \(Words.count(warnings, "warning"))"
        return (lines + [sum]).joined(separator: "\n")
    }
}
