// SPDX-License-Identifier: Apache-2.0
import CZlib

/// Compression by the system's zlib (RFC 1950 to 1952), whole buffers at a time.
package enum Zlib {
    /// The wrapping of a deflate stream.
    package enum Format: Sendable, CaseIterable {
        /// RFC 1950: two bytes of header, Adler-32 at the end.
        case zlib
        /// RFC 1952: gzip, several members allowed.
        case gzip
        /// RFC 1951: the bare stream, as inside zip files.
        case raw

        fileprivate var windowBits: Int32 {
            switch self {
            case .zlib: MAX_WBITS
            case .gzip: MAX_WBITS + 16
            case .raw: -MAX_WBITS
            }
        }
    }

    /// How matches are looked for; not at all (`huffmanOnly`) is smallest and fastest on updates.
    package enum Strategy: Sendable, CaseIterable {
        case standard, huffmanOnly
    }

    /// Output is grown by this much at a time.
    private static let pieceBytes = 64 * 1024

    /// The bytes compressed into the zlib format.
    ///
    /// The level is 0 (stored) to 9, other values are clamped; hardly matters with `huffmanOnly`.
    package static func deflate(_ bytes: [UInt8], strategy: Strategy = .huffmanOnly, level: Int32 = 1) -> [UInt8] {
        var stream = unsafe z_stream()
        let kind = strategy == .huffmanOnly ? Z_HUFFMAN_ONLY : Z_DEFAULT_STRATEGY
        let status = unsafe deflateInit2_(
            &stream, min(max(level, 0), 9), Z_DEFLATED, MAX_WBITS, 8, kind, zlibVersion(), Int32(MemoryLayout<z_stream>.size))
        // Out of memory, or a zlib of another major version: no peer can cause either.
        precondition(status == Z_OK, "zlib refused to start; check the installed zlib")
        defer { _ = unsafe deflateEnd(&stream) }

        var output: [UInt8] = []
        output.reserveCapacity(bytes.count / 2 + 64)
        var piece = [UInt8](repeating: 0, count: pieceBytes)
        var consumed = 0
        while true {
            // Gigabytes go in several turns: zlib counts its input in 32 bits.
            let turn = min(bytes.count - consumed, Int(Int32.max))
            let flush = consumed + turn == bytes.count ? Z_FINISH : Z_NO_FLUSH
            let step = unsafe bytes.withUnsafeBufferPointer { input in
                unsafe piece.withUnsafeMutableBufferPointer { room in
                    unsafe stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.advanced(by: consumed))
                    unsafe stream.avail_in = UInt32(turn)
                    unsafe stream.next_out = room.baseAddress
                    unsafe stream.avail_out = UInt32(room.count)
                    return unsafe CZlib.deflate(&stream, flush)
                }
            }
            consumed += turn - Int(unsafe stream.avail_in)
            output.append(contentsOf: piece[..<(pieceBytes - Int(unsafe stream.avail_out))])
            if step == Z_STREAM_END { return output }
            precondition(step == Z_OK || step == Z_BUF_ERROR, "zlib lost its own state while compressing")
        }
    }

    /// The bytes that a compressed stream stands for: never more than `limit`.
    ///
    /// - Throws: `limit` as soon as the output would be longer, `truncated` when the stream does not end, `malformed` when it
    /// is broken   or when bytes follow it.
    package static func inflate(_ bytes: ArraySlice<UInt8>, format: Format, limit: Int) throws(BytesError) -> [UInt8] {
        var stream = unsafe z_stream()
        let status = unsafe inflateInit2_(&stream, format.windowBits, zlibVersion(), Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "zlib refused to start; check the installed zlib")
        defer { _ = unsafe inflateEnd(&stream) }

        var output: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: pieceBytes)
        var consumed = 0
        while true {
            let turn = min(bytes.count - consumed, Int(Int32.max))
            let step = unsafe bytes.withUnsafeBufferPointer { input in
                unsafe piece.withUnsafeMutableBufferPointer { room in
                    unsafe stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.advanced(by: consumed))
                    unsafe stream.avail_in = UInt32(turn)
                    unsafe stream.next_out = room.baseAddress
                    unsafe stream.avail_out = UInt32(room.count)
                    return unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
                }
            }
            consumed += turn - Int(unsafe stream.avail_in)
            let produced = pieceBytes - Int(unsafe stream.avail_out)
            guard produced <= limit - output.count else {
                throw .limit(what: "inflated size", value: output.count + produced, limit: limit)
            }
            output.append(contentsOf: piece[..<produced])

            switch step {
            case Z_STREAM_END:
                if consumed == bytes.count { return output }
                guard format == .gzip, unsafe inflateReset(&stream) == Z_OK else {
                    throw .malformed("\(bytes.count - consumed) bytes follow the compressed stream")
                }
            case Z_OK where produced > 0 || consumed < bytes.count:
                continue
            case Z_OK, Z_BUF_ERROR:
                throw .truncated(needed: 1, left: 0)
            case Z_NEED_DICT:
                throw .malformed("the compressed stream wants a preset dictionary")
            default:
                throw .malformed("the compressed stream is broken at byte \(consumed)")
            }
        }
    }
}
