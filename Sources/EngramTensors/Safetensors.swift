// SPDX-License-Identifier: Apache-2.0
import EngramBytes

/// A parsed safetensors file: an 8-byte little-endian header length, a JSON header, the tensors back to back.
///
/// Strict: the header is at most 8 MiB, names are unique, types are known, sizes fit the shapes, and the tensors cover the data
/// without gap or overlap, so a file has one meaning only. Nothing is copied until a tensor is read.
package struct Safetensors: Sendable {
    package static let headerLimit = 8 << 20

    /// One tensor of the file; `bytes` is little-endian, row-major.
    package struct Tensor: Sendable {
        package let name: String
        package let type: ElementType
        package let shape: [Int]
        package let bytes: ArraySlice<UInt8>

        package init(name: String, type: ElementType, shape: [Int], bytes: ArraySlice<UInt8>) {
            self.name = name
            self.type = type
            self.shape = shape
            self.bytes = bytes
        }

        package init(name: String, shape: [Int], floats: ArraySlice<Float>) {
            self.init(name: name, type: .f32, shape: shape, bytes: ElementType.bytes(of: floats)[...])
        }

        package init(name: String, shape: [Int], integers: [Int64]) {
            let bytes = unsafe integers.withUnsafeBytes { unsafe [UInt8]($0) }
            self.init(name: name, type: .i64, shape: shape, bytes: bytes[...])
        }

        package init(name: String, shape: [Int], octets: [UInt8]) {
            self.init(name: name, type: .u8, shape: shape, bytes: octets[...])
        }

        /// The product of the shape.
        package var count: Int { bytes.count / type.size }
        package func floats() -> [Float] { type.floats(bytes) }
        package func doubles() -> [Double] { type.doubles(bytes) }
        /// Throws `wrongType` for a floating tensor.
        package func integers() throws(TensorError) -> [Int64] {
            if !type.isInteger { throw .wrongType(name: name, expected: "an integer type", found: type.rawValue) }
            return type.integers(bytes)
        }
    }

    /// In the order of the data.
    package let tensors: [Tensor]
    package let metadata: [String: String]
    private let index: [String: Int]

    package var names: [String] { tensors.map(\.name) }

    /// Throws `missing` when there is no such tensor.
    package func tensor(_ name: String) throws(TensorError) -> Tensor {
        guard let found = optional(name) else { throw .missing(name) }
        return found
    }

    package func optional(_ name: String) -> Tensor? { index[name].map { tensors[$0] } }

    /// Throws `malformed` with the reason.
    package init(parsing file: [UInt8]) throws(TensorError) {
        if file.count < 8 { throw Self.malformed("it is shorter than the 8 bytes that every file starts with") }
        var length: UInt64 = 0
        for i in 0..<8 { length |= UInt64(file[i]) << (8 * UInt64(i)) }
        if length > Self.headerLimit {
            throw Self.malformed("its header claims \(length) bytes, at most \(Self.headerLimit) are read")
        }
        let headerEnd = 8 + Int(length)
        if headerEnd > file.count { throw Self.malformed("it ends within its header") }
        var parser = SafetensorsHeader(file[8..<headerEnd])
        let header = try parser.parse()
        var tensors: [Tensor] = []
        var index: [String: Int] = [:]
        var expected = 0
        let order = header.tensors.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
        for entry in order {
            guard let type = ElementType(rawValue: entry.type) else {
                throw .wrongType(
                    name: entry.name, expected: "one of " + ElementType.allCases.map(\.rawValue).joined(separator: ", "),
                    found: entry.type)
            }
            let elements = TensorSpec.product(entry.shape)
            let (bytes, overflow) = (elements ?? 0).multipliedReportingOverflow(by: type.size)
            if elements == nil || overflow { throw Self.malformed("“\(entry.name)” has the shape \(entry.shape)") }
            if entry.start != expected || entry.end < entry.start {
                throw Self.malformed("“\(entry.name)” starts at byte \(entry.start), expected \(expected): a gap or an overlap")
            }
            if entry.end - entry.start != bytes {
                throw Self.malformed("“\(entry.name)” has \(entry.end - entry.start) bytes, its shape needs \(bytes)")
            }
            if entry.end > file.count - headerEnd { throw Self.malformed("the data of “\(entry.name)” end beyond the file") }
            if index.updateValue(tensors.count, forKey: entry.name) != nil {
                throw Self.malformed("two tensors are named “\(entry.name)”")
            }
            tensors.append(
                Tensor(
                    name: entry.name, type: type, shape: entry.shape, bytes: file[headerEnd + entry.start..<headerEnd + entry.end]
                )
            )
            expected = entry.end
        }
        if expected != file.count - headerEnd {
            throw Self.malformed("\(file.count - headerEnd - expected) bytes follow the last tensor")
        }
        self.tensors = tensors
        self.index = index
        metadata = header.metadata
    }

    /// Writes tensors in the given order; metadata are sorted, so equal content gives equal bytes.
    package static func serialise(_ tensors: [Tensor], metadata: [String: String]) -> [UInt8] {
        var entries: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key < $1.key }.map { quoted($0.key) + ":" + quoted($0.value) }
            entries.append("\"__metadata__\":{" + pairs.joined(separator: ",") + "}")
        }
        var start = 0
        for tensor in tensors {
            let end = start + tensor.bytes.count
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            entries.append(
                quoted(tensor.name)
                    + ":{\"dtype\":\"\(tensor.type.rawValue)\",\"shape\":[\(shape)],\"data_offsets\":[\(start),\(end)]}")
            start = end
        }
        var header = Array(("{" + entries.joined(separator: ",") + "}").utf8)
        // Readers map the file: the data begin at a multiple of 8.
        while header.count % 8 != 0 { header.append(0x20) }
        var file: [UInt8] = []
        file.reserveCapacity(8 + header.count + start)
        for i in 0..<8 { file.append(UInt8(truncatingIfNeeded: header.count >> (8 * i))) }
        file += header
        for tensor in tensors { file += tensor.bytes }
        return file
    }

    private static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }

    static func malformed(_ reason: String) -> TensorError { .malformed(format: "safetensors", reason: reason) }
}
