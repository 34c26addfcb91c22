// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramPictures
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

    private static let own: [(name: String, bytes: [UInt8], type: String)] = [
        ("page.css", PackageResources.page_css, "text/css; charset=utf-8"),
        ("page.js", PackageResources.page_js, script), ("live.js", PackageResources.live_js, script),
        ("people.js", PackageResources.people_js, script), ("run.js", PackageResources.run_js, script),
        ("runs.js", PackageResources.runs_js, script), ("snapshot.js", PackageResources.snapshot_js, script),
    ]
    private static let script = "text/javascript; charset=utf-8"

    private let byPath: [String: Asset]

    init() {
        var all = ["/": Asset(PackageResources.index_html, "text/html; charset=utf-8")]
        for asset in Self.own { all["/assets/" + asset.name] = Asset(asset.bytes, asset.type) }
        // What draws: the same as in reports.
        for file in PictureFile.modules + [.styleSheet] { all["/assets/" + file.name] = Asset(file.bytes, file.mediaType) }
        byPath = all
    }

    subscript(path: String) -> Asset? { byPath[path] }
}
