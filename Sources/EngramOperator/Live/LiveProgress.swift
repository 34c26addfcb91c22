// SPDX-License-Identifier: Apache-2.0
package import EngramFederation
import EngramLocks
import Foundation

/// Progress on a terminal (one line, drawn again) or in a pipe (a line a round).
package final class LiveProgress: Sendable {
    package enum Style: Sendable {
        case redrawn(columns: Int), lines, silent
    }

    private struct State {
        var text: ProgressText
        var drawn = false
    }

    private let style: Style
    private let state: Mutex<State>
    private let write: @Sendable (String) -> Void

    package init(
        rounds: Int, metricName: String, style: Style? = nil,
        write: @escaping @Sendable (String) -> Void = { Output.write($0, to: .standardError) }
    ) {
        self.style = style ?? Self.style(of: STDERR_FILENO)
        self.write = write
        state = Mutex(State(text: ProgressText(rounds: rounds, metricName: metricName)))
    }

    /// A terminal gets a line that is drawn again, anything else plain lines.
    package static func style(of descriptor: Int32) -> Style {
        guard isatty(descriptor) == 1, ProcessInfo.processInfo.environment["TERM"] != "dumb" else { return .lines }
        var size = winsize()
        let known = unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return .redrawn(columns: known ? Int(size.ws_col) : 80)
    }

    package func add(_ summary: RoundSummary) {
        state.withLock { state in
            state.text.add(summary)
            show(state.text.text, &state)
        }
    }

    /// A line that stays, such as a change of the clusters.
    package func note(_ line: String) {
        state.withLock { state in
            switch style {
            case .silent: break
            case .lines: write(line + "\n")
            case .redrawn:
                write((state.drawn ? "\r\u{1B}[2K" : "") + line + "\n")
                state.drawn = false
            }
        }
    }

    /// Shows something in place of the figures, until they come.
    package func stage(_ text: String) {
        state.withLock { show(text, &$0) }
    }

    /// Ends the redrawn line, so that what follows begins on its own.
    package func finish() {
        state.withLock { state in
            if case .redrawn = style, state.drawn { write("\n") }
            state.drawn = false
        }
    }

    private func show(_ text: String, _ state: inout State) {
        switch style {
        case .silent: break
        case .lines: write(text + "\n")
        case .redrawn(let columns):
            // One column less: a full line would make the cursor wrap.
            write("\r\u{1B}[2K" + text.prefix(max(20, columns - 1)))
            state.drawn = true
        }
    }
}
