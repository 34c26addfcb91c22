// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import Foundation
import NIOCore

/// The page and what it loads, built into the program.
struct StatusAssets: Sendable {
    struct Asset: Sendable {
        let body: ByteBuffer
        let type: String
        let tag: String

        init(_ bytes: [UInt8], _ type: String) {
            body = ByteBuffer(bytes: bytes)
            self.type = type
            tag = "\"\(Digest(of: bytes))\""
        }
    }

    private let byPath: [String: Asset] = [
        "/": Asset(PackageResources.index_html, "text/html; charset=utf-8"),
        "/assets/page.css": Asset(PackageResources.page_css, "text/css; charset=utf-8"),
        "/assets/page.js": Asset(PackageResources.page_js, "text/javascript; charset=utf-8"),
    ]

    subscript(path: String) -> Asset? { byPath[path] }
}
