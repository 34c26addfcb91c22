// SPDX-License-Identifier: Apache-2.0

/// Puts one answer together from what a trainer writes; a value, fed with bytes as they come.
///
/// Nothing is reserved from the announced length, which is compared with the limit before a byte of the file is kept.
struct TrainerFraming {
    private let verb: String
    private let limit: Int
    private var held: [UInt8] = []

    init(verb: String, limit: Int) {
        self.verb = verb
        self.limit = limit
    }

    /// Takes bytes in; returns the file once it is whole.
    mutating func feed(_ bytes: ArraySlice<UInt8>) throws(TrainerError) -> [UInt8]? {
        held += bytes
        guard held.count >= TrainerMessage.lengthBytes else { return nil }
        var length: UInt64 = 0
        for i in 0..<TrainerMessage.lengthBytes { length |= UInt64(held[i]) << (8 * UInt64(i)) }
        guard length <= UInt64(limit) else {
            throw .badAnswer(verb: verb, "it announces \(length) bytes, at most \(limit) are read" + Self.hint(held))
        }
        let end = TrainerMessage.lengthBytes + Int(length)
        guard held.count >= end else { return nil }
        guard held.count == end else { throw .badAnswer(verb: verb, "\(held.count - end) bytes follow it") }
        return Array(held[TrainerMessage.lengthBytes...])
    }

    /// The most common mistake: text on the standard output.
    private static func hint(_ bytes: [UInt8]) -> String {
        let start = bytes.prefix(40)
        guard start.allSatisfy({ (0x20...0x7e).contains($0) || $0 == 0x0a || $0 == 0x0d || $0 == 0x09 }) else { return "" }
        let text = String(decoding: start.prefix { $0 != 0x0a && $0 != 0x0d }, as: UTF8.self)
        return "; it begins with the text “\(text)”: print to standard error, standard output carries the protocol"
    }
}
