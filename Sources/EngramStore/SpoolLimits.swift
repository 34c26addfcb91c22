// SPDX-License-Identifier: Apache-2.0

/// What the upload spool accepts.
package struct SpoolLimits: Equatable, Sendable {
    /// Bytes of one upload.
    package var uploadBytes: Int
    /// Bytes of all uploads together; the announced size counts from the moment a transfer begins.
    package var totalBytes: Int

    /// 1 GiB for one upload, 16 GiB for all.
    package static let standard = SpoolLimits(uploadBytes: 1 << 30, totalBytes: 16 << 30)

    package init(uploadBytes: Int, totalBytes: Int) {
        self.uploadBytes = uploadBytes
        self.totalBytes = totalBytes
    }
}
