// SPDX-License-Identifier: Apache-2.0

/// Which values of a packed tensor travel, and how the receiver learns their places; the number is that of the layout byte.
package enum ValueSelection: UInt8, Sendable, CaseIterable {
    /// All of them.
    case all = 0
    /// Those whose indices are written before them.
    case listed = 4
    /// Those whose indices follow from a seed that is written before them.
    case drawn = 20

    /// The bits of the layout byte that say the selection.
    static let layoutMask: UInt8 = 20

    /// How large the body of a tensor of `count` values can be before it is deflated.
    func bodyBytes(count: Int, format: ValueFormat) -> ClosedRange<Int> {
        let dense = format.bytes(for: count)
        return switch self {
        case .all: dense...dense
        case .listed: 8...8 + 5 * count + dense
        case .drawn: 12...12 + dense
        }
    }
}
