// SPDX-License-Identifier: Apache-2.0

/// A message in protobuf's wire format (protobuf.dev, "Encoding"), field by field: as much of it as ONNX needs.
///
/// Written here rather than generated: the classes that protoc makes for ONNX's schema are some thousand lines and a dependency, this is the
/// part of them that we use (docs/decisions/016-onnx.md).
struct ProtobufMessage {
    private(set) var bytes: [UInt8] = []

    private enum WireType: UInt64 {
        case varint = 0
        case lengthDelimited = 2
        case fixed32 = 5
    }

    mutating func add(_ field: UInt64, _ value: Int64) {
        tag(field, .varint)
        varint(UInt64(bitPattern: value))
    }

    mutating func add(_ field: UInt64, _ value: Float) {
        tag(field, .fixed32)
        for shift in stride(from: 0, to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> UInt32(shift))) }
    }

    mutating func add(_ field: UInt64, _ text: String) { add(field, Array(text.utf8)) }

    mutating func add(_ field: UInt64, _ content: some Collection<UInt8>) {
        tag(field, .lengthDelimited)
        varint(UInt64(content.count))
        bytes += content
    }

    /// A message within this one.
    mutating func add(_ field: UInt64, _ build: (inout ProtobufMessage) -> Void) {
        var inner = ProtobufMessage()
        build(&inner)
        add(field, inner.bytes)
    }

    private mutating func tag(_ field: UInt64, _ type: WireType) { varint(field << 3 | type.rawValue) }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
