// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramFederation
import EngramStore
import EngramTLS
import EngramTransport
import EngramWire
import Foundation

/// One connection as the coordinator sees it. Everything that changes is guarded by the coordinator's isolation.
final class CoordinatorSession {
    let number: Int
    let driver: SessionDriver<CoordinatorSessionMachine>
    /// The certificate's word; nil for a newcomer, who may only enrol.
    let peer: PeerIdentity?
    var profile: AgentProfile?
    /// The coordinator knows it as connected: its hello was accepted.
    var isAdmitted = false
    /// Blobs that this agent's work names: it may fetch these and no others.
    var allowed: [RunID: Set<Digest>] = [:]
    /// Uploads under way, by stream.
    var uploads: [UInt32: (offer: Message.Offer, key: UploadKey, offset: Int)] = [:]

    /// The file of a run's first model, as far as this operator has sent it.
    var model: [UInt8] = []

    init(number: Int, driver: SessionDriver<CoordinatorSessionMachine>, peer: PeerIdentity?) {
        self.number = number
        self.driver = driver
        self.peer = peer
    }

    var agent: AgentID? { peer?.role == .agent ? peer.flatMap { AgentID($0.name) } : nil }
    var isOperator: Bool { peer?.role == .operator }

    func refuse(_ code: RefusalCode, _ text: String) { driver.submit(.refuse(.init(code: code, text: text))) }

    /// Sends bytes as chunks on a stream, behind everything else.
    func send(_ bytes: [UInt8], on stream: UInt32, from offset: UInt64, limits: WireLimits) throws(WireError) {
        let plan = try OutgoingTransfer(size: UInt64(bytes.count), from: offset, direction: .download, limits: limits)
        let transfer = TransferCursor(plan)
        driver.submit {
            guard let piece = transfer.next() else { return nil }
            return Message.Chunk(stream: stream, isLast: piece.isLast, bytes: Array(bytes[piece.range]))
        }
    }
}
