// SPDX-License-Identifier: Apache-2.0
package import EngramFederation
import EngramLocks
import Foundation

/// Progress on a terminal (one line or a panel, drawn again) or in a pipe (a line a round).
package final class LiveProgress: Sendable {
    package enum Style: Sendable {
        case redrawn(columns: Int), lines, silent
        /// Several lines, drawn again; asked for its size each time, since windows are resized.
        case panel(@Sendable () -> TerminalLook)
    }

    private struct State {
        var panel: ProgressPanel
        /// Lines that stand on the terminal and are drawn over.
        var drawn = 0
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
        state = Mutex(State(panel: ProgressPanel(rounds: rounds, metricName: metricName)))
    }

    /// A terminal gets a line that is drawn again, anything else plain lines.
    package static func style(of descriptor: Int32) -> Style {
        TerminalLook(of: descriptor).map { .redrawn(columns: $0.columns) } ?? .lines
    }

    /// A terminal gets a panel with sparklines, anything else plain lines.
    package static func panel(on descriptor: Int32) -> Style {
        TerminalLook(of: descriptor).map { first in .panel { TerminalLook(of: descriptor) ?? first } } ?? .lines
    }

    package func add(_ summary: RoundSummary) {
        state.withLock { state in
            state.panel.add(summary)
            show(state.panel.text, &state)
        }
    }

    /// Takes in rounds that were before, without showing each.
    package func begin(with summaries: [RoundSummary]) {
        state.withLock { state in
            for summary in summaries { state.panel.add(summary) }
        }
    }

    /// A line that stays, such as a change of the clusters.
    package func note(_ line: String) {
        state.withLock { state in
            switch style {
            case .silent: break
            case .lines: write(line + "\n")
            case .redrawn:
                write((state.drawn > 0 ? "\r\u{1B}[2K" : "") + line + "\n")
                state.drawn = 0
            case .panel(let look):
                let lines = state.panel.lines(look())
                write(Self.over(state.drawn, [line] + (state.drawn > 0 ? lines : [""])))
                state.drawn = state.drawn > 0 ? lines.count : 0
            }
        }
    }

    /// Shows something in place of the figures, until they come.
    package func stage(_ text: String) {
        state.withLock { show(text, &$0) }
    }

    /// Ends what is redrawn, so that what follows begins on its own.
    package func finish() {
        state.withLock { state in
            if state.drawn > 0 { write("\n") }
            state.drawn = 0
        }
    }

    private func show(_ text: String, _ state: inout State) {
        switch style {
        case .silent: break
        case .lines: write(text + "\n")
        case .redrawn(let columns):
            // One column less: a full line would make the cursor wrap.
            write("\r\u{1B}[2K" + text.prefix(max(20, columns - 1)))
            state.drawn = 1
        case .panel(let look):
            let look = look()
            let lines = [String(text.prefix(max(20, look.columns - 1)))] + state.panel.lines(look).dropFirst()
            write(Self.over(state.drawn, lines))
            state.drawn = lines.count
        }
    }

    /// Lines in place of those that stand there. Each is overwritten and its rest cleared, never the whole at once, and terminals that can are
    /// told to show it when it is complete: nothing flickers.
    private static func over(_ drawn: Int, _ lines: [String]) -> String {
        let back = drawn > 1 ? "\r\u{1B}[\(drawn - 1)A" : "\r"
        let body = lines.map { $0 + "\u{1B}[K" }.joined(separator: "\n")
        return "\u{1B}[?2026h" + back + body + "\u{1B}[J\u{1B}[?2026l"
    }
}
