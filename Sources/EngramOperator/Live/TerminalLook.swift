// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What a terminal can show.
package struct TerminalLook: Equatable, Sendable {
    package var columns: Int
    package var rows: Int
    package var hasColour: Bool
    package var sparkline: Sparkline.Style

    package init(columns: Int, rows: Int, hasColour: Bool, sparkline: Sparkline.Style) {
        self.columns = columns
        self.rows = rows
        self.hasColour = hasColour
        self.sparkline = sparkline
    }

    /// Nil if a descriptor is no terminal, or one that cannot move its cursor.
    package init?(of descriptor: Int32, environment: [String: String] = ProcessInfo.processInfo.environment) {
        guard isatty(descriptor) == 1, environment["TERM"] != "dumb" else { return nil }
        var size = winsize()
        let known = unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        self.init(
            columns: known ? Int(size.ws_col) : 80, rows: known && size.ws_row > 0 ? Int(size.ws_row) : 24,
            hasColour: Self.allowsColour(environment), sparkline: Self.hasBlocks(environment) ? .blocks : .ascii)
    }

    /// NO_COLOR, when it is there and not empty, forbids it (no-color.org).
    package static func allowsColour(_ environment: [String: String]) -> Bool { (environment["NO_COLOR"] ?? "").isEmpty }

    /// The first of the three that is set decides, as in setlocale(3).
    package static func hasBlocks(_ environment: [String: String]) -> Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        let name = locale.uppercased()
        return name.contains("UTF-8") || name.contains("UTF8")
    }
}
