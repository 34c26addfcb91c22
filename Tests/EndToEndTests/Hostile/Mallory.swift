// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramFederation
import EngramTLS
import EngramTensors
import EngramWire
import Foundation
import Testing

/// An agent with a certificate, a shard and no scruples: does its work by hand and then sends something else.
final class Mallory {
    static let name = AgentID(checked: "mallory")

    let intruder: Intruder
    let id: AgentID
    private let shard: EngramShard
    private var stream: UInt32 = 0
    private var memory: AgentMemory?

    init(_ daemon: TestDaemon, _ shard: EngramShard, id: AgentID = name) async throws {
        self.id = id
        self.shard = shard
        intruder = try await Intruder(daemon.client(id.rawValue, .agent))
        try await intruder.greet([UInt8](JSONEncoder().encode(AgentProfile(shard))))
    }

    func nextStream() -> UInt32 {
        stream += 1
        return stream
    }

    /// The next piece of work.
    func work() async throws -> Message.Work {
        try #require(
            await intruder.hear {
                guard case .work(let work) = $0 else { return nil }
                return work
            })
    }

    /// What an honest agent would upload for a piece of work.
    func honestAnswer(_ work: Message.Work) async throws -> Parcel {
        let assignment = try JSONDecoder().decode(Assignment.self, from: Data(work.body))
        var blobs: [SlotID: [UInt8]] = [:]
        for blob in work.blobs { blobs[blob.name] = try await fetch(blob.digest).get() }
        let recipe = blobs.removeValue(forKey: SlotID(checked: "recipe"))
        let text = String(decoding: try #require(recipe), as: UTF8.self)
        let participant = Participant(id: id, recipe: try Recipe(yaml: text), shard: shard)
        let models = try blobs.mapValues { try ParameterSet(safetensors: $0, layout: participant.exchange.layout) }
        let outcome = try participant.perform(assignment, models: models, memory: assignment.base > 0 ? memory : nil)
        memory = outcome.memory
        return outcome.upload
    }

    struct Refused: Error { let receipt: Message.Receipt }

    func fetch(_ digest: Digest) async throws -> Result<[UInt8], Refused> {
        let stream = nextStream()
        try await intruder.say(.fetch(.init(stream: stream, digest: digest, offset: 0)))
        var bytes: [UInt8] = []
        while let message = try await intruder.hear() {
            switch message {
            case .chunk(let chunk) where chunk.stream == stream:
                bytes += chunk.bytes
                if chunk.isLast { return .success(bytes) }
            case .receipt(let receipt) where receipt.stream == stream: return .failure(Refused(receipt: receipt))
            default: continue
            }
        }
        throw CancellationError()
    }

    /// Offers, sends, and returns the verdict; nil if the connection was ended for it.
    func upload(
        _ bytes: [UInt8], run: RunID, round: Int, announcing digest: Digest? = nil, size: Int? = nil
    ) async throws -> Message.Receipt? {
        let stream = nextStream()
        try await intruder.say(
            .offer(
                .init(
                    stream: stream, run: run, round: UInt32(round), size: UInt64(size ?? bytes.count),
                    digest: digest ?? Digest(of: bytes))))
        while let message = try await intruder.hear() {
            switch message {
            case .resume(let resume) where resume.stream == stream:
                let rest = Array(bytes.dropFirst(Int(resume.offset)))
                if !rest.isEmpty { try await intruder.say(.chunk(.init(stream: stream, isLast: true, bytes: rest))) }
            case .receipt(let receipt) where receipt.stream == stream: return receipt
            default: continue
            }
        }
        return nil
    }

    func leave() async { await intruder.leave() }
}
