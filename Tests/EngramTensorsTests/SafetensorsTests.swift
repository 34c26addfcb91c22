// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Testing

@Suite("Safetensors", .timeLimit(.minutes(5)))
struct SafetensorsTests {
    static func file(_ header: String, _ data: [UInt8] = [], length: UInt64? = nil) -> [UInt8] {
        let text = Array(header.utf8)
        let length = length ?? UInt64(text.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) } + text + data
    }

    @Test("reads every element type")
    func types() throws {
        let header = """
            {"h":{"dtype":"F16","shape":[3],"data_offsets":[0,6]},"u":{"dtype":"U8","shape":[2],"data_offsets":[6,8]},
            "i":{"dtype":"I32","shape":[1],"data_offsets":[8,12]},"d":{"dtype":"F64","shape":[],"data_offsets":[12,20]},
            "l":{"dtype":"I64","shape":[1,1],"data_offsets":[20,28]}}
            """
        let data: [UInt8] =
            [0x00, 0x3c, 0x01, 0x00, 0x00, 0xfc] + [7, 255] + [0xfe, 0xff, 0xff, 0xff] + [0, 0, 0, 0, 0, 0, 0xf8, 0x3f]
            + [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]
        let parsed = try Safetensors(parsing: Self.file(header, data))
        #expect(try parsed.tensor("h").floats() == [1, 0x1p-24, -.infinity])
        #expect(try parsed.tensor("u").floats() == [7, 255])
        #expect(try parsed.tensor("i").integers() == [-2])
        #expect(try parsed.tensor("d").doubles() == [1.5])
        #expect(try parsed.tensor("l").integers() == [Int64.max])
        #expect(throws: TensorError.self) { try parsed.tensor("h").integers() }
        #expect(throws: TensorError.missing("x")) { try parsed.tensor("x") }
    }

    @Test("all halves convert exactly as Swift's Float16 bits say")
    func halves() throws {
        for start in stride(from: 0, to: 65_536, by: 8192) {
            let patterns = (start..<start + 8192).map { UInt16($0) }
            let bytes = patterns.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
            let floats = Safetensors.Tensor(name: "h", type: .f16, shape: [8192], bytes: bytes[...]).floats()
            let wrong = zip(patterns, floats).filter { pattern, value in
                let (sign, exponent, fraction) = (pattern >> 15, Int(pattern >> 10 & 31), Float(pattern & 1023))
                let magnitude: Float =
                    exponent == 31
                    ? (fraction == 0 ? .infinity : .nan)
                    : exponent == 0
                        ? fraction * 0x1p-24 : (1 + fraction / 1024) * Float(sign: .plus, exponent: exponent - 15, significand: 1)
                return magnitude.isNaN ? !value.isNaN : value.bitPattern != (sign == 1 ? -magnitude : magnitude).bitPattern
            }
            #expect(wrong.isEmpty)
        }
    }

    @Test(
        "refuses hostile headers",
        arguments: [
            "", "[]", "{", "{}x", #"{"a":1}"#, #"{"a":{}}"#, #"{"a":{"dtype":"F32","shape":[1]}}"#,
            #"{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}"#,
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#,
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}"#,
            #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#,
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}"#,
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,99999999999999999999]}}"#,
            #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}"#,
            #"{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}"#,
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
            #"{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}"#,
            #"{"__metadata__":{"a":"1","a":"2"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
            #"{"__metadata__":{"a":1},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
            #"{"\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, #"{"a"#, #"{"a\"#, #"{"a\u12"#,
        ])
    func hostile(header: String) {
        #expect(throws: TensorError.self) { try Safetensors(parsing: Self.file(header, [0, 0, 0, 0])) }
    }

    @Test("refuses wrong lengths, gaps and data that nobody claims")
    func lengths() throws {
        let good = #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
        #expect(try Safetensors(parsing: Self.file(good, [0, 0, 128, 63])).tensor("a").floats() == [1])
        #expect(throws: TensorError.self) { try Safetensors(parsing: Self.file(good, [0, 0, 128])) }
        #expect(throws: TensorError.self) { try Safetensors(parsing: Self.file(good, [0, 0, 128, 63, 0])) }
        for length: UInt64 in [0, 3, 1000, 8 << 20 + 1, .max, UInt64(Int.max)] {
            #expect(throws: TensorError.self) { try Safetensors(parsing: Self.file(good, [0, 0, 128, 63], length: length)) }
        }
        let whole = Self.file(good, [0, 0, 128, 63])
        for count in 0..<whole.count {
            #expect(throws: TensorError.self) { try Safetensors(parsing: Array(whole.prefix(count))) }
        }
    }

    @Test("a flipped bit is refused or read, but never traps")
    func flipped() throws {
        let file = Safetensors.serialise(
            [.init(name: "weight", shape: [2], floats: [1, 2]), .init(name: "ids", shape: [1], integers: [5])],
            metadata: ["k": "v"])
        var read = 0
        for bit in 0..<file.count * 8 {
            var damaged = file
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            if (try? Safetensors(parsing: damaged)) != nil { read += 1 }
        }
        // The 16 bytes of data, and letters of names and texts.
        #expect(read > 16 * 8)
        #expect(read < file.count * 8)
    }

    @Test("escapes and other scripts survive")
    func texts() throws {
        let name = "größe/\"\\\u{1}\u{1F600}"
        let file = Safetensors.serialise([.init(name: name, shape: [0], octets: [])], metadata: [name: "\n\t"])
        let parsed = try Safetensors(parsing: file)
        #expect(parsed.names == [name])
        #expect(parsed.metadata == [name: "\n\t"])
        let escaped = #"{"\u00e9\ud83d\ude00\/":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#
        #expect(try Safetensors(parsing: Self.file(escaped)).names == ["é😀/"])
    }
}
