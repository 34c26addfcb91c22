// SPDX-License-Identifier: Apache-2.0

/// The parser of the JSON subset that safetensors headers use; a general parser would let repeated names through.
struct SafetensorsHeader {
    struct Entry {
        var name: String
        var type = ""
        var shape: [Int] = []
        var start = -1
        var end = -1
    }

    private static let tensorLimit = 65_536
    private static let rankLimit = 8

    private let text: ArraySlice<UInt8>
    private var at: Int

    init(_ text: ArraySlice<UInt8>) {
        self.text = text
        at = text.startIndex
    }

    mutating func parse() throws(TensorError) -> (tensors: [Entry], metadata: [String: String]) {
        var tensors: [Entry] = []
        var metadata: [String: String] = [:]
        var names: Set<String> = []
        if text.first != UInt8(ascii: "{") { throw failure("it does not begin with {") }
        for name in try keys({ (parser: inout Self, name: String) throws(TensorError) in
            if name == "__metadata__" {
                metadata = try parser.strings()
            } else {
                tensors.append(try parser.entry(name))
                if tensors.count > Self.tensorLimit { throw parser.failure("it lists more than \(Self.tensorLimit) tensors") }
            }
        }) where !names.insert(name).inserted {
            throw failure("it lists “\(name)” twice")
        }
        skipSpace()
        if at != text.endIndex { throw failure("something follows its last }") }
        return (tensors, metadata)
    }

    private mutating func entry(_ name: String) throws(TensorError) -> Entry {
        var entry = Entry(name: name)
        let seen = try keys { (parser: inout Self, key: String) throws(TensorError) in
            switch key {
            case "dtype": entry.type = try parser.string()
            case "shape": entry.shape = try parser.numbers()
            case "data_offsets":
                let pair = try parser.numbers()
                if pair.count != 2 { throw parser.failure("“\(name)” needs two data offsets") }
                (entry.start, entry.end) = (pair[0], pair[1])
            default: throw parser.failure("“\(name)” has the unknown key “\(key)”")
            }
        }
        if seen.sorted() != ["data_offsets", "dtype", "shape"] {
            throw failure("“\(name)” needs dtype, shape and data_offsets, each once")
        }
        return entry
    }

    private mutating func strings() throws(TensorError) -> [String: String] {
        var values: [String: String] = [:]
        let seen = try keys { (parser: inout Self, key: String) throws(TensorError) in values[key] = try parser.string() }
        if seen.count != values.count { throw failure("its metadata repeat a key") }
        return values
    }

    /// Reads an object, handing each key to `value`, which must consume what follows; returns the keys.
    private mutating func keys(
        _ value: (inout Self, String) throws(TensorError) -> Void
    ) throws(TensorError) -> [String] {
        var names: [String] = []
        try expect("{")
        if accept("}") { return names }
        repeat {
            let name = try string()
            try expect(":")
            try value(&self, name)
            names.append(name)
        } while accept(",")
        try expect("}")
        return names
    }

    private mutating func numbers() throws(TensorError) -> [Int] {
        var numbers: [Int] = []
        try expect("[")
        if accept("]") { return numbers }
        repeat {
            numbers.append(try number())
            if numbers.count > Self.rankLimit { throw failure("a tensor has more than \(Self.rankLimit) dimensions") }
        } while accept(",")
        try expect("]")
        return numbers
    }

    private mutating func number() throws(TensorError) -> Int {
        skipSpace()
        var value = 0
        let first = at
        while at < text.endIndex, (0x30...0x39).contains(text[at]) {
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (next, carry) = tens.addingReportingOverflow(Int(text[at] - 0x30))
            if overflow || carry { throw failure("a number is too large") }
            value = next
            at += 1
        }
        if at == first { throw failure("a whole number was expected") }
        return value
    }

    private mutating func string() throws(TensorError) -> String {
        try expect("\"")
        var units: [UInt8] = []
        while at < text.endIndex {
            let byte = text[at]
            at += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let value = String(validating: units, as: UTF8.self) else { throw failure("a text is not UTF-8") }
                return value
            case UInt8(ascii: "\\"): try escape(into: &units)
            case 0..<0x20: throw failure("a text holds a control character")
            default: units.append(byte)
            }
        }
        throw failure("a text does not end")
    }

    private mutating func escape(into units: inout [UInt8]) throws(TensorError) {
        guard at < text.endIndex else { throw failure("a text does not end") }
        let byte = text[at]
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): units.append(byte)
        case UInt8(ascii: "b"): units.append(8)
        case UInt8(ascii: "t"): units.append(9)
        case UInt8(ascii: "n"): units.append(10)
        case UInt8(ascii: "f"): units.append(12)
        case UInt8(ascii: "r"): units.append(13)
        case UInt8(ascii: "u"):
            var code = try codeUnit()
            if (0xd800..<0xdc00).contains(code), at + 1 < text.endIndex, text[at] == UInt8(ascii: "\\"),
                text[at + 1] == UInt8(ascii: "u")
            {
                at += 2
                let low = try codeUnit()
                if !(0xdc00..<0xe000).contains(low) { throw failure("a text holds half of a character") }
                code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw failure("a text holds half of a character") }
            units += Array(String(Character(scalar)).utf8)
        default: throw failure("a text holds an unknown escape")
        }
    }

    private mutating func codeUnit() throws(TensorError) -> UInt32 {
        let end = at + 4
        guard end <= text.endIndex else { throw failure("a text does not end") }
        var code: UInt32 = 0
        for byte in text[at..<end] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw failure("a text holds a bad \\u escape")
            }
            code = code << 4 | UInt32(digit)
        }
        at = end
        return code
    }

    private mutating func skipSpace() {
        while at < text.endIndex, [0x20, 0x0a, 0x0d, 0x09].contains(text[at]) { at += 1 }
    }

    private mutating func accept(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        if at < text.endIndex, text[at] == UInt8(ascii: character) {
            at += 1
            return true
        }
        return false
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(TensorError) {
        if !accept(character) { throw failure("“\(character)” was expected at byte \(at - text.startIndex) of the header") }
    }

    private func failure(_ reason: String) -> TensorError { Safetensors.malformed("its header is not usable: \(reason)") }
}
