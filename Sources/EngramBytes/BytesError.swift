// SPDX-License-Identifier: Apache-2.0

/// What is wrong with bytes that came from outside.
package enum BytesError: Error, Equatable, CustomStringConvertible {
    /// The input ended where more was announced.
    case truncated(needed: Int, left: Int)
    /// A declared or produced size is over its named limit.
    case limit(what: String, value: Int, limit: Int)
    /// The input breaks its format; the text says how.
    case malformed(String)

    package var description: String {
        switch self {
        case .truncated(let needed, let left):
            "input ends too early: \(needed) bytes needed, \(left) left; the file or message is incomplete"
        case .limit(let what, let value, let limit):
            "\(what) is \(value), over the limit of \(limit); refuse the input or raise the limit"
        case .malformed(let reason):
            "malformed input: \(reason)"
        }
    }
}
