// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramLearning
import EngramTensors
import EngramWire

@testable import EngramFederation

extension MixingDesk {
    /// One made-up upload.
    struct ToyUpload {
        let agent: Int
        let home: Int
        var rows = 10.0
        var shares: [SlotID: Double] = [:]
        let update: [Float]
    }

    /// A desk with models for slots c1, c2, … as after a fold of nothing, and the uploads of a round.
    static func toy(_ grouping: any Grouping, round: Int, models: [[Float]], uploads: [ToyUpload]) throws -> MixingDesk {
        let layout = try ParameterLayout(tensors: [TensorSpec(name: "w", shape: [models[0].count])])
        let network = Network(ModelSpec(inputs: 1, hidden: [], outputs: 1, task: .scores))
        var blobs: [Digest: [UInt8]] = [:]
        let parts = try models.enumerated().map { k, values in
            let bytes = try ParameterSet(layout: layout, values: values).safetensors(metadata: [:])
            blobs[Digest(of: bytes)] = bytes
            return FoldJob.Part(
                slot: .cluster(k + 1), model: Digest(of: bytes), memory: nil, contributors: [], weights: [])
        }
        var book = ClusterBook()
        let process = try grouping.started(
            [Member(id: .toy(0), profile: ToyFederation.profile)], book: &book, initial: { _ in Digest(of: []) })
        let mixing = FoldJob.Mixing(
            process: process, vectors: nil,
            entries: uploads.map {
                Entry(agent: .toy($0.agent), home: .cluster($0.home), rows: $0.rows, shares: $0.shares)
            })
        return try MixingDesk(
            job: FoldJob(round: round, parts: parts, mixing: mixing), mixing: mixing,
            exchange: Exchange(network: network, shared: layout), moves: [], blob: { blobs[$0] ?? [] },
            read: { agent, _ in uploads.first { .toy($0.agent) == agent }?.update ?? [] })
    }
}
