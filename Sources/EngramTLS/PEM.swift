// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// Reads and writes PEM texts through OpenSSL's memory BIOs.
enum PEM {
    /// No PEM text of ours comes near this size, in bytes.
    static let sizeLimit = 64 << 10

    /// Calls `read` with a BIO over the text; what it returns is owned by the caller.
    static func read(_ text: String, what: String, _ read: (OpaquePointer) -> OpaquePointer?) throws(TLSError) -> OpaquePointer {
        let bytes = [UInt8](text.utf8)
        guard bytes.count <= sizeLimit else { throw .malformedPEM(what: what) }
        ErrorQueue.clear()
        let result: OpaquePointer? = unsafe bytes.withUnsafeBytes { raw in
            guard let bio = unsafe BIO_new_mem_buf(raw.baseAddress, Int32(raw.count)) else { return nil }
            defer { unsafe BIO_free(bio) }
            return unsafe read(bio)
        }
        guard let result = unsafe result else {
            ErrorQueue.clear()
            throw .malformedPEM(what: what)
        }
        return unsafe result
    }

    /// Calls `write` with a BIO and returns what it wrote.
    static func write(_ write: (OpaquePointer) -> Int32) throws(TLSError) -> String {
        ErrorQueue.clear()
        guard let bio = unsafe BIO_new(BIO_s_mem()) else { throw ErrorQueue.failure("BIO_new") }
        defer { unsafe BIO_free(bio) }
        guard unsafe write(bio) == 1 else { throw ErrorQueue.failure("writing PEM") }
        return unsafe String(decoding: drain(bio), as: UTF8.self)
    }

    private static func drain(_ bio: OpaquePointer) -> [UInt8] {
        let count = unsafe BIO_ctrl_pending(bio)
        return unsafe [UInt8](unsafeUninitializedCapacity: max(1, count)) { buffer, filled in
            filled = unsafe Int(max(0, BIO_read(bio, buffer.baseAddress, Int32(clamping: count))))
        }
    }
}
