// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// A SHA-256 computation that takes its input piece by piece.
///
/// Not for sharing between tasks; `finish` may be called once, later calls give the same digest and later updates are ignored.
@safe package final class DigestStream {
    private let context: OpaquePointer
    private var finished: Digest?

    package init() {
        // Out of memory, or an OpenSSL without SHA-256: no peer can cause either.
        guard let context = unsafe EVP_MD_CTX_new(), unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            preconditionFailure("OpenSSL offers no SHA-256; install a libssl with the default provider")
        }
        unsafe self.context = context
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
    }

    package func update(_ bytes: [UInt8]) {
        update(bytes[...])
    }

    package func update(_ bytes: ArraySlice<UInt8>) {
        guard finished == nil, !bytes.isEmpty else { return }
        let status = unsafe bytes.withUnsafeBytes { unsafe EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
        precondition(status == 1, "EVP_DigestUpdate refused memory that is ours")
    }

    package func finish() -> Digest {
        if let finished { return finished }
        var output = [UInt8](repeating: 0, count: Digest.count)
        let status = unsafe output.withUnsafeMutableBufferPointer { buffer in
            unsafe EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
        }
        guard status == 1, let digest = Digest(bytes: output) else {
            preconditionFailure("EVP_DigestFinal_ex failed on a context that was set up")
        }
        finished = digest
        return digest
    }
}
