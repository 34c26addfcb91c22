// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramWire

/// The full configuration of a run: one choice per axis (docs/architecture.md, "Recipes").
package struct Recipe: Sendable {
    /// A recipe is a page of text, not a data set; the names of a model of one's own may make it a long one.
    static let maximumTextBytes = 256 * 1024

    package var name = "fedavg"
    package var seed = 1
    package var rounds = 60
    /// Hidden layers of the model; empty is a linear model. Inputs, outputs and task come from the shards.
    package var hidden: [Int] = [128]
    package var normalisation = Normalisation.none
    /// A model of somebody's own in the place of those layers; nil: the built-in network.
    package var external: ExternalModel?
    package var optimiser = SGD()
    package var sharing: any Sharing = ShareAll()
    package var training: any LocalTraining = PlainTraining()
    package var grouping: any Grouping = Everyone()
    package var aggregation: any Aggregation = WeightedMean()
    package var server: any ServerStep = ReplaceStep()
    package var cohort: any Cohort = WholeCohort()
    package var privacy: any Privacy = NoPrivacy()
    /// Share of the cohort whose uploads must have arrived when the deadline closes a round.
    package var quorum = 0.5
    /// Seconds after which a round closes without the late.
    package var deadline = 300.0
    /// What counts as earlier when not every upload counts.
    package var order = Order.arrival
    /// Agents that must be there before the run starts.
    package var agents = 1
    package var codec = UpdateCodec.exact
    /// How agents are told how far a model moved; nil: they fetch the model.
    package var down: UpdateCodec?
    package var errorFeedback = true
    package var signatureSize = 256
    /// Train one global model beside the clusters, and a local one on each agent, for the report's rows.
    package var globalReference = true
    package var localReference = true
    /// An update whose norm is above this is refused; 0: no bound but finiteness.
    package var maximumNorm = 0.0
    /// An agent's weight is at most this many rows; 0: no bound.
    package var maximumRows = 0

    package enum Order: String, CaseIterable, Sendable {
        case arrival, declared
    }

    package init() {}

    /// Reads a recipe; a `preset` key names the preset that the other keys change.
    package init(yaml text: String) throws(RecipeError) { try self.init(tree: Tree(yaml: text)) }

    package init(tree: Tree) throws(RecipeError) {
        if let named = tree["preset"] {
            guard case .text(let name) = named else { throw .wrongType(path: "preset", wanted: "text", found: named.kind) }
            self = try Preset.recipe(name)
        } else {
            self.init()
        }
        var options = try Options(reading: tree, path: "", known: ["preset"])
        try configure(&options)
        try options.finish()
        try validate()
    }

    /// The recipe with every key, its value and its comment.
    package var tree: Tree {
        var copy = self
        var options = Options(printing: "")
        do {
            try copy.configure(&options)
        } catch {
            // Printing visits the same options without reading anything, so there is nothing to refuse.
            return .map([])
        }
        return .map(options.printed)
    }

    package var yaml: String { tree.yaml() }

    private mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.text("name", &name, "a name for reports")
        try options.integer("seed", &seed, 0...Int.max, "everything random follows from it")
        try options.integer("rounds", &rounds, 1...1_000_000, "rounds of training")
        try options.section("model", "what is trained; inputs, outputs and task come from the shards") { o throws(RecipeError) in
            try o.integers("hidden", &hidden, 1...1_000_000, "sizes of the hidden layers; [] is a linear model")
            try o.oneOf("normalisation", &normalisation, "none, input (a weight and bias for each feature) or batch")
            try configureExternal(&o)
        }
        try options.section("optimiser", "an agent's local training") { o throws(RecipeError) in
            try o.number("rate", &optimiser.rate, 0...1000, "learning rate")
            try o.number("decay", &optimiser.decay, 0.001...1, "the rate is multiplied by this after each round")
            try o.number("momentum", &optimiser.momentum, 0...0.999, "")
            try o.number("weight_decay", &optimiser.weightDecay, 0...10, "")
            try o.integer("batch", &optimiser.batch, 1...1_000_000, "most rows in a minibatch")
            try o.integer("epochs", &optimiser.epochs, 0...10_000, "passes over the training rows in a round")
        }
        try options.choice("sharing", &sharing, from: .sharing, "which tensors travel")
        try options.choice("training", &training, from: .training, "what an agent does in a round")
        try options.choice("grouping", &grouping, from: .grouping, "who shares a model with whom")
        try options.choice("aggregation", &aggregation, from: .aggregation, "how a group's updates become one")
        try options.choice("server", &server, from: .server, "how a group's model moves")
        try options.choice("cohort", &cohort, from: .cohort, "who takes part in a round")
        try options.choice("privacy", &privacy, from: .privacy, "what others may learn of an agent")
        try options.section("rounds_close", "when a round ends") { o throws(RecipeError) in
            try o.integer("agents", &agents, 1...1_000_000, "agents that must be there before the run starts")
            try o.number("deadline", &deadline, 0.01...1e7, "seconds after which a round closes without the late")
            try o.number("quorum", &quorum, 0...1, "share of the cohort (or of its goal) that must have answered by then")
            try o.oneOf(
                "order", &order, "arrival: as uploads come; declared: by the times that follow from the agents' declared devices")
        }
        try configureCodec(&options)
        try options.section("signature", "the vector by which agents are compared") { o throws(RecipeError) in
            try o.integer("size", &signatureSize, 1...4096, "numbers; cosines are kept to about 1/sqrt(size)")
        }
        try options.section("reference", "rows that every report needs, for their price in training") { o throws(RecipeError) in
            try o.flag(
                "global", &globalReference, "train one global model beside the clusters (traffic and time of one more model)")
            try o.flag("local", &localReference, "each agent trains a model alone (time only; nothing travels)")
        }
        try options.section("limits", "what an update must keep to") { o throws(RecipeError) in
            try o.number("norm", &maximumNorm, 0...1e30, "greatest norm of an update; 0: no bound")
            try o.integer("rows", &maximumRows, 0...Int.max, "greatest weight of an agent, in training rows; 0: no bound")
        }
    }

    private mutating func configureCodec(_ options: inout Options) throws(RecipeError) {
        var steps = codec.steps.map(\.description), deflate = codec.deflate
        var back = down?.steps.map(\.description) ?? []
        try options.section("codec", "what an update looks like on the wire") { o throws(RecipeError) in
            try o.texts(
                "steps", &steps,
                "float32, float16, int8, qsgd(levels) or hsq(segment,bits), after topK(f) or randomK(f) if only some shall travel"
            )
            try o.texts(
                "down", &back,
                "the same for the steps of a model from round to round, for agents that hold the last one; []: whole models")
            try o.flag("deflate", &deflate, "zlib, where it makes it smaller")
            try o.flag(
                "error_feedback", &errorFeedback,
                "what a codec leaves out is added to the next update; if not, qsgd and randomK are right on average")
        }
        codec = try Self.codec(steps, deflate, at: "codec.steps")
        down = back.isEmpty ? nil : try Self.codec(back, deflate, at: "codec.down")
    }

    private static func codec(_ steps: [String], _ deflate: Bool, at path: String) throws(RecipeError) -> UpdateCodec {
        var parsed: [CodecStep] = []
        for text in steps {
            guard let step = CodecStep(text) else {
                throw .unknownChoice(
                    path: path, name: text, nearest: NearestName.of(text, among: CodecStep.examples), known: CodecStep.examples)
            }
            parsed.append(step)
        }
        do {
            return try UpdateCodec(parsed, deflate: deflate)
        } catch {
            throw .senseless(error.description)
        }
    }

    /// Refuses combinations that cannot mean anything, with the reason.
    package func validate() throws(RecipeError) {
        let objection =
            objectionToExternalModel ?? sharing.objection(to: self) ?? training.objection(to: self) ?? grouping.objection(
                to: self)
            ?? aggregation.objection(to: self) ?? cohort.objection(to: self) ?? privacy.objection(to: self) ?? downObjection
        if let objection { throw .senseless(objection) }
        if normalisation == .batch, hidden.isEmpty {
            throw .senseless("model.normalisation 'batch' needs a hidden layer: a linear model has nothing to normalise")
        }
        if codec.isSparse, !aggregation.toleratesSparseUpdates {
            throw .senseless(
                "codec topK leaves most coordinates of an update at zero, and this aggregation would keep just those zeros; "
                    + "use aggregation 'mean' or a dense codec")
        }
    }
}

extension UpdateCodec {
    /// Four bytes a number, nothing lost.
    package static let exact: UpdateCodec = {
        guard let codec = try? UpdateCodec([.float32], deflate: false) else { preconditionFailure("float32 alone is a codec") }
        return codec
    }()

    /// Whether each agent leaves out coordinates of its own. (Those that `randomK` leaves out are the same for all agents of a round.)
    package var isSparse: Bool {
        steps.contains { if case .topK = $0 { true } else { false } }
    }

    /// Whether decoding gives back just what was encoded.
    package var isExact: Bool { steps.allSatisfy { $0 == .float32 } }
}

extension CodecStep {
    static let examples = ["float32", "float16", "int8", "qsgd(7)", "hsq(8,8)", "topK(0.01)", "randomK(0.01)"]
}
