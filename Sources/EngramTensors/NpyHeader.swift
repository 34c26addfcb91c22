// SPDX-License-Identifier: Apache-2.0

/// The Python dictionary at the start of a .npy file: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
struct NpyHeader {
    let descr: String
    let fortranOrder: Bool
    let shape: [Int]

    init(parsing bytes: ArraySlice<UInt8>) throws(TensorError) {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Npy.malformed("its header is not text") }
        var scanner = Scanner(rest: text[...])
        var descr: String?
        var fortranOrder: Bool?
        var shape: [Int]?
        try scanner.expect("{")
        while !scanner.accept("}") {
            let key = try scanner.quoted()
            try scanner.expect(":")
            switch key {
            case "descr" where descr == nil: descr = try scanner.quoted()
            case "fortran_order" where fortranOrder == nil:
                if scanner.accept("False") { fortranOrder = false } else { try scanner.expect("True") }
                fortranOrder = fortranOrder ?? true
            case "shape" where shape == nil: shape = try scanner.tuple()
            default: throw Npy.malformed("its header has the unknown or repeated key “\(key)”")
            }
            if !scanner.accept(",") {
                try scanner.expect("}")
                break
            }
        }
        if !scanner.rest.allSatisfy(\.isWhitespace) { throw Npy.malformed("something follows its header's last }") }
        guard let descr, let fortranOrder, let shape else {
            throw Npy.malformed("its header needs descr, fortran_order and shape")
        }
        self.descr = descr
        self.fortranOrder = fortranOrder
        self.shape = shape
    }

    private struct Scanner {
        var rest: Substring

        mutating func accept(_ token: String) -> Bool {
            rest = rest.drop { $0.isWhitespace }
            guard rest.hasPrefix(token) else { return false }
            rest = rest.dropFirst(token.count)
            return true
        }

        mutating func expect(_ token: String) throws(TensorError) {
            if !accept(token) { throw Npy.malformed("its header lacks “\(token)”") }
        }

        mutating func quoted() throws(TensorError) -> String {
            let quote: Character = accept("'") ? "'" : "\""
            if quote == "\"" { try expect("\"") }
            guard let end = rest.firstIndex(of: quote) else { throw Npy.malformed("a text in its header does not end") }
            let text = String(rest[..<end])
            rest = rest[rest.index(after: end)...]
            return text
        }

        mutating func tuple() throws(TensorError) -> [Int] {
            var sizes: [Int] = []
            try expect("(")
            while !accept(")") {
                rest = rest.drop { $0.isWhitespace }
                let digits = rest.prefix { $0.isASCII && $0.isNumber }
                guard let size = Int(digits), sizes.count < 8 else { throw Npy.malformed("its shape is not a tuple of sizes") }
                sizes.append(size)
                rest = rest.dropFirst(digits.count)
                if !accept(",") {
                    try expect(")")
                    break
                }
            }
            return sizes
        }
    }
}
