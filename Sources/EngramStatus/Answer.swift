// SPDX-License-Identifier: Apache-2.0
import Foundation
import Hummingbird
import NIOCore

/// An answer before it is sent, with the headers that all have.
struct Answer {
    static let json = "application/json; charset=utf-8"
    static let events = "text/event-stream; charset=utf-8"
    /// The page loads its own script and style, and asks its own server; nothing else, and nobody frames it.
    static let contentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    var status: HTTPResponse.Status
    var headers: HTTPFields
    var body: ResponseBody
    /// Whether the connection ends with it.
    var closes = false

    init(_ status: HTTPResponse.Status, _ type: String, _ body: ByteBuffer) {
        self.status = status
        self.body = ResponseBody(byteBuffer: body)
        headers = [
            .contentType: type, .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
            .contentSecurityPolicy: Self.contentPolicy, .crossOriginResourcePolicy: "same-origin",
        ]
    }

    /// A part of the page, or word that the client has it already.
    init(_ asset: StatusAssets.Asset, unless known: String?) {
        let isKnown = known.map { $0 == "*" || $0.contains(asset.tag) } ?? false
        self.init(isKnown ? .notModified : .ok, asset.type, isKnown ? ByteBuffer() : asset.body)
        headers[.eTag] = asset.tag
        // To be asked for each time, and sent only if it has changed.
        headers[.cacheControl] = "no-cache"
    }

    static func text(_ status: HTTPResponse.Status, _ text: String) -> Answer {
        Answer(status, "text/plain; charset=utf-8", ByteBuffer(string: text))
    }

    /// What is wrong, as `{"error": …}`.
    static func problem(_ status: HTTPResponse.Status, _ text: String, closes: Bool = false) -> Answer {
        let body = (try? JSONEncoder().encode(["error": text])) ?? Data()
        var answer = Answer(status, json, ByteBuffer(bytes: body))
        answer.closes = closes
        if status == .methodNotAllowed { answer.headers[.allow] = "GET, HEAD" }
        return answer
    }
}
