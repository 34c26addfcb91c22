// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
import EngramLearning
import EngramTensors
import EngramWire

/// pFedHN (Shamsian et al. 2021): the coordinator keeps a network h that generates every agent's model from an embedding of the
/// agent, θᵢ = θ₀ + h(vᵢ; φ). Agents train θᵢ; φ and vᵢ move along the vector-Jacobian products with what the training changed,
/// (∂θᵢ/∂φ)ᵀ(−Δθᵢ).
///
/// In the paper a round is one agent; here it is all that answered, φ's gradient being their mean and each vᵢ moving by its own.
/// The paper generates θ itself; here it is the difference to the agents' first model, with a last layer that starts at zero, so
/// that the models which agents have already are what h gives at first. Agents that join later move only their embedding, as in
/// the paper, unless told otherwise.
package struct Hypernetwork: OwnModels {
    package static let name = "hypernetwork"
    package static let summary = "a network on the coordinator generates each agent's model (Shamsian et al. 2021, pFedHN)"

    package var embedding = 0
    package var hidden = [100, 100, 100]
    package var chunk = 65_536
    package var descent = GeneratorDescent()
    package var newcomersTrain = false
    package var seed = 1

    package struct State: Codable, Sendable {
        /// Clusters of agents that joined a running run, in order of joining.
        var late: [SlotID] = []
    }

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.integer("embedding", &embedding, 0...1000, "numbers of an agent's embedding; 0: 1 + agents / 4")
        try options.integers("hidden", &hidden, 1...1000, "sizes of the hidden layers of the hypernetwork")
        try options.integer("chunk", &chunk, 2...65_536, "parameters generated at a time; fewer make a smaller hypernetwork")
        try descent.configure(&options)
        try options.flag(
            "newcomers_train", &newcomersTrain, "agents that join later move the hypernetwork too, not only their embedding")
        try options.integer("seed", &seed, 0...Int.max, "seed of the hypernetwork and the embeddings")
    }

    package func objection(to recipe: Recipe) -> String? { ownModelsObjection(to: recipe) }

    package func begin(
        _ members: [Member], book: inout ClusterBook, initial: (Int) -> Digest
    ) throws(RecipeError) -> State {
        try book.foundOwnModels(members, model: initial(0), for: Self.name)
        return State()
    }

    package func welcome(_ newcomers: [Member], round: Int, state: inout State, book: inout ClusterBook) {
        // A hypernetwork that one agent alone has never needed is founded with the second.
        let hasOne = book.clusters.count > 1
        let known = Set(book.clusters.map(\.id))
        book.foundOwnModels(newcomers: newcomers, round: round)
        if hasOne { state.late += book.clusters.map(\.id).filter { !known.contains($0) } }
    }

    package func review(_ evidence: RoundEvidence, state: inout State, book: inout ClusterBook) {}

    // MARK: Mixing

    package func mix(_ desk: inout MixingDesk, state: State) throws {
        let slots = desk.models.keys.filter { $0 != .reference }.sorted()
        // An agent alone has nobody to generate a model with: it keeps what it trained.
        guard slots.count > 1, desk.layout.count > 0 else { return }
        var kept = try GeneratorMemory(desk.vectors) ?? found(desk, slots)
        let generator = try WeightGenerator(
            embedding: kept.embeddingSize, hidden: hidden, outputs: desk.layout.count, chunk: chunk)
        kept.embeddings = kept.embeddings.filter { slots.contains($0.key) }
        kept.embeddingMoves = kept.embeddingMoves.filter { slots.contains($0.key) }

        let late = newcomersTrain ? [] : Set(state.late)
        let answered = desk.homes.map(\.slot).filter { kept.embeddings[$0] != nil }
        for isLate in [false, true] {
            let part = answered.filter { late.contains($0) == isLate }
            if part.isEmpty { continue }
            // −Δθ is the gradient, as if of a loss.
            let gradients = part.map { Kernels.subtract(desk.entered[$0] ?? [], desk.models[$0] ?? []) }
            let back = try generator.pullback(kept.parameters, part.map { kept.embeddings[$0] ?? [] }, gradients: gradients)
            for (slot, gradient) in zip(part, back.embeddings) {
                descent.step(&kept.embeddings[slot, default: []], &kept.embeddingMoves[slot, default: []], along: gradient)
            }
            if isLate { continue }
            var mean = back.parameters
            Kernels.scale(1 / Float(part.count), &mean)
            descent.step(&kept.parameters, &kept.move, along: mean)
        }
        kept.place(slots)
        let made = try generator.generate(kept.parameters, slots.map { kept.embeddings[$0] ?? [] })
        for (slot, difference) in zip(slots, made) {
            var model = kept.base
            Kernels.axpy(1, difference, into: &model)
            desk.models[slot] = model
        }
        desk.vectors = kept.vectors
    }

    private func found(_ desk: MixingDesk, _ slots: [SlotID]) throws -> GeneratorMemory {
        var base = [Double](repeating: 0, count: desk.layout.count)
        for slot in slots { Kernels.accumulate(desk.entered[slot] ?? [], weight: 1, into: &base) }
        let size = embedding > 0 ? embedding : 1 + slots.count / 4
        let generator = try WeightGenerator(embedding: size, hidden: hidden, outputs: desk.layout.count, chunk: chunk)
        var draws = SeededGenerator(seed: UInt64(seed), "hypernetwork")
        var embeddings: [SlotID: [Float]] = [:]
        for slot in slots {
            var own = SeededGenerator(seed: UInt64(seed), "embedding", slot.rawValue)
            embeddings[slot] = (0..<size).map { _ in Float(own.normal()) }
        }
        return GeneratorMemory(
            base: Kernels.narrow(base, times: 1 / Double(slots.count)), parameters: generator.initial(using: &draws),
            embeddings: embeddings)
    }
}
