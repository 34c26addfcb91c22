// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramWire

/// A published method (or ours) as a recipe with a name.
package struct Preset: Sendable {
    package let name: String
    package let summary: String
    private let change: @Sendable (inout Recipe) -> Void

    private init(_ name: String, _ summary: String, _ change: @escaping @Sendable (inout Recipe) -> Void) {
        self.name = name
        self.summary = summary
        self.change = change
    }

    package var recipe: Recipe {
        var recipe = Recipe()
        recipe.name = name
        change(&recipe)
        return recipe
    }

    package static let all: [Preset] = [
        Preset("constellation", "clusters found by signatures and held-out loss (ours, the default)") {
            $0.grouping = Constellation()
        },
        Preset("constellation-base", "constellation, each agent with its own last layer") {
            $0.grouping = Constellation()
            $0.sharing = ShareBase()
        },
        Preset("constellation-ditto", "constellation, each agent with a personal model beside its cluster's") {
            $0.grouping = Constellation()
            $0.training = DittoTraining()
        },
        Preset("everyone", "one model for everyone: FedAvg (McMahan et al. 2017)") { _ in },
        Preset("fedavg", "one model for everyone (McMahan et al. 2017)") { _ in },
        Preset("fedavgm", "FedAvg with server momentum (Hsu et al. 2019)") { $0.server = MomentumStep() },
        Preset("fedadagrad", "adaptive steps on the coordinator (Reddi et al. 2021)") { $0.server = AdagradStep() },
        Preset("fedadam", "adaptive steps on the coordinator (Reddi et al. 2021)") { $0.server = AdamStep() },
        Preset("fedyogi", "adaptive steps on the coordinator (Reddi et al. 2021)") { $0.server = YogiStep() },
        Preset("fedprox", "FedAvg with a pull towards the received model (Li et al. 2020)") { $0.training = ProximalTraining() },
        Preset("fedper", "the last layer stays with the agent (Arivazhagan et al. 2019)") { $0.sharing = ShareBase() },
        Preset("ditto", "a personal model beside the global one (Li et al. 2021)") { $0.training = DittoTraining() },
        Preset("scaffold", "control variates against client drift (Karimireddy et al. 2020)") { $0.training = Scaffold() },
        Preset("fedavg-ft", "FedAvg, then fine-tuning on each agent (Wu et al. 2022, MOTLEY)") { $0.training = FineTuning() },
        Preset("calibrated", "one model for all, each agent's own slope and threshold on it (Platt 1999)") {
            $0.training = CalibratedTraining()
        },
        Preset("fedrep", "heads first, then the shared base (Collins et al. 2021)") {
            $0.sharing = ShareBase()
            $0.training = AlternatingTraining()
        },
        Preset("lg-fedavg", "only the last layer travels (Liang et al. 2020)") { $0.sharing = ShareHead() },
        Preset("fedbabu", "the body is shared, heads are tuned in the end (Oh et al. 2022)") {
            $0.sharing = ShareBase()
            $0.training = BodyTraining()
        },
        Preset("fedbn", "batch normalisation stays with the agent (Li et al. 2021)") {
            $0.normalisation = .batch
            $0.sharing = ShareAllButNorms()
        },
        Preset("mtfl", "weights and biases of batch normalisation stay with the agent (Mills et al. 2021)") {
            $0.normalisation = .batch
            var sharing = ShareAllButNorms()
            sharing.kept = .affine
            $0.sharing = sharing
        },
        Preset("feature-affine", "a private scale and shift of every feature, for frozen features (after FedBN)") {
            $0.normalisation = .input
            $0.sharing = ShareAllButNorms()
        },
        Preset("apfl", "a learnt mixture of a local and the shared model (Deng et al. 2020)") { $0.training = MixedTraining() },
        Preset("pfedme", "personal models by Moreau envelopes (Dinh et al. 2020)") { $0.training = MoreauTraining() },
        Preset("per-fedavg", "a start that one step adapts, first order (Fallah et al. 2020)") { $0.training = MetaTraining() },
        Preset("per-fedavg-hf", "the same with Hessian-vector products (Fallah et al. 2020)") {
            var training = MetaTraining()
            training.order = .hessianFree
            $0.training = training
        },
        Preset("maml", "one meta-gradient a round, agents as tasks (Finn et al. 2017)") { $0.training = TaskTraining() },
        Preset("l2gd", "own models drawn together by a coin (Hanzely & Richtárik 2020)") { $0.training = CoinTraining() },
        Preset("fed3r", "ridge regression over everybody's rows, in one round (Fanì et al. 2024)") {
            closedForm(&$0, RidgeTraining())
        },
        Preset("afl", "the same with next to no ridge (He et al. 2025, analytic federated learning)") {
            var training = RidgeTraining()
            training.form.strength = 1e-3
            closedForm(&$0, training)
        },
        Preset("linear-ditto", "personal ridge solutions pulled to the shared one (Li et al. 2021, in closed form)") {
            closedForm(&$0, RidgeDittoTraining())
        },
        Preset("ridge-shrinkage", "constellation in closed form: agents borrow from cluster and everybody (ours)") {
            $0.hidden = []
            $0.rounds = 30
            $0.grouping = Constellation()
            $0.training = ShrunkRidgeTraining()
        },
        Preset("fedot", "features moved to a common distribution, then one model (after Farnia et al. 2022)") {
            $0.training = TransportTraining()
        },
        Preset("fedala", "starts from a learnt mixture of own and received weights (Zhang et al. 2023)") {
            $0.training = AdaptiveMerging()
        },
        Preset("feddbe", "private shifts of the latents, one mean of them (Zhang et al. 2023)") { $0.training = DomainBias() },
        Preset("fedproto", "only class means of latents travel (Tan et al. 2022)") {
            $0.sharing = ShareNothing()
            $0.training = PrototypeTraining()
        },
        Preset("fedpcl", "class means travel, latents find theirs (after Tan et al. 2022, NeurIPS)") {
            $0.sharing = ShareNothing()
            $0.training = PrototypeContrastTraining()
        },
        Preset("fedhome", "FedAvg, then a last layer tuned on class-balanced latents (Wu et al. 2020)") {
            $0.training = BalancedHead()
        },
        Preset("knn-per", "FedAvg, mixed with each agent's nearest own rows (Marfoq et al. 2022)") {
            $0.training = NeighbourAnswer()
        },
        Preset("moon", "FedAvg with a contrast of models (Li et al. 2021)") { $0.training = ModelContrastTraining() },
        Preset("fedavg-ntxent", "FedAvg with a contrast of views (Chen et al. 2020, NT-Xent)") {
            $0.training = ViewContrastTraining()
        },
        Preset("fedavg-clsa", "the same, and strong views retrieve what weak ones do (Wang & Qi 2021)") {
            var training = ViewContrastTraining()
            training.temperature = 0.2
            training.strong = training.mu
            $0.training = training
        },
        Preset("memory-alignment", "constellation, latents aligned by class and memorability within clusters (ours)") {
            $0.grouping = Constellation()
            $0.training = MemoryAlignment()
        },
        Preset("trimmed-mean", "FedAvg with a trimmed mean (Yin et al. 2018)") { $0.aggregation = TrimmedMean() },
        Preset("median", "FedAvg with a coordinate-wise median (Yin et al. 2018)") { $0.aggregation = Median() },
        Preset("krum", "the update nearest to its neighbours (Blanchard et al. 2017)") { $0.aggregation = Krum() },
        Preset("multi-krum", "the mean of the updates with the least Krum scores (Blanchard et al. 2017)") {
            $0.aggregation = MultiKrum()
        },
        Preset("bulyan", "Krum's selection, then a trimmed mean around the median (El Mhamdi et al. 2018)") {
            $0.aggregation = Bulyan()
        },
        Preset("norm-clip", "FedAvg with updates clipped to a norm (Sun et al. 2019)") { $0.aggregation = NormClip() },
        Preset("centred-clip", "updates clipped around the last centre (Karimireddy et al. 2021)") {
            $0.aggregation = CentredClip()
        },
        Preset("threshold-clustering", "far updates count as the centre (Werner et al. 2023)") {
            $0.aggregation = ThresholdClustering()
        },
        Preset("foolsgold", "agents that always agree count less (Fung et al. 2020)") { $0.aggregation = FoolsGold() },
        Preset("qsparse", "top-k, then quantised, with error feedback (Basu et al. 2019, Qsparse-local-SGD)") {
            $0.codec = (try? UpdateCodec([.topK(fraction: 0.05), .qsgd(levels: 15)], deflate: true)) ?? .exact
        },
        Preset("fedpaq", "quantised updates of several local steps (Reisizadeh et al. 2020, FedPAQ)") {
            $0.codec = (try? UpdateCodec([.qsgd(levels: 15)], deflate: true)) ?? .exact
            $0.errorFeedback = false
        },
        Preset("double-squeeze", "coded both ways, each with error feedback (Tang et al. 2019, DoubleSqueeze)") {
            let codec = (try? UpdateCodec([.topK(fraction: 0.1), .int8], deflate: true)) ?? .exact
            $0.codec = codec
            $0.down = codec
        },
        Preset("random-k", "a random part of each update, the same for all agents (Stich et al. 2018)") {
            $0.codec = (try? UpdateCodec([.randomK(fraction: 0.1)], deflate: false)) ?? .exact
        },
        Preset("hsq", "segments of the update as points on a sphere (Dai et al. 2019)") {
            $0.codec = (try? UpdateCodec([.hsq(segment: 8, bits: 8)], deflate: true)) ?? .exact
        },
        Preset("heterofl", "FedAvg, each agent with as wide a model as it can afford (Diao et al. 2021)") {
            $0.sharing = ShareWidth()
            $0.training = MaskedTraining()
        },
        Preset("over-selected", "FedAvg on the first uploads of more agents than needed (Bonawitz et al. 2019)") {
            $0.cohort = OverSelectedCohort()
            $0.order = .declared
        },
        Preset("fedbuff", "FedAvg without waiting, every 10 updates are folded (Nguyen et al. 2022)") {
            $0.cohort = BufferedCohort()
            $0.order = .declared
        },
        Preset(
            "energy-aware",
            "FedAvg with those who take least energy for their loss, on edges of limited room (after Li et al. 2022)"
        ) {
            $0.cohort = EnergyCohort()
        },
        Preset("twin-polling", "FedAvg with the few agents of whom least is known any more (after Han et al. 2022)") {
            $0.cohort = StalenessCohort()
        },
        Preset("dp-fedavg", "FedAvg, differentially private by agent (McMahan et al. 2018)") {
            $0.hidden = []
            $0.cohort = PoissonCohort()
            $0.privacy = CentralPrivacy()
        },
        Preset("dp-fedavg-adaptive", "the same with a clip that follows the norms (Andrew et al. 2021)") {
            $0.hidden = []
            $0.cohort = PoissonCohort()
            var privacy = CentralPrivacy()
            privacy.adaptive = true
            $0.privacy = privacy
        },
        Preset("dp-constellation", "constellation with noise on each cluster's sum, clusters of ten and more") {
            $0.hidden = []
            $0.cohort = PoissonCohort()
            $0.privacy = CentralPrivacy()
            var grouping = Constellation()
            // Noise is as large for a small cluster as for a large one.
            grouping.minimumSize = 10
            $0.grouping = grouping
            // It would be paid for like the clusters' models.
            $0.globalReference = false
        },
        Preset("given", "the groups that the shards declare: the oracle") { $0.grouping = Given() },
        Preset("cfl", "clustered federated learning by bipartition (Sattler et al. 2019)") { $0.grouping = CFL() },
        Preset("ifca", "iterative federated clustering (Ghosh et al. 2020)") { $0.grouping = IFCA() },
        Preset("fedu", "own models drawn together along a graph (Dinh et al. 2021)") { $0.grouping = Laplacian() },
        Preset("fedamp", "own models pulled to what is near them (Huang et al. 2021)") {
            var training = ProximalTraining()
            training.mu = 0.1
            $0.training = training
            $0.grouping = Attention()
        },
        Preset("pfedhn", "a network that generates each agent's model (Shamsian et al. 2021)") { $0.grouping = Hypernetwork() },
        Preset("flhc", "one agglomerative clustering of all updates (Briggs et al. 2020)") { $0.grouping = Hierarchical() },
        Preset("fedgroup", "k-means on decomposed cosines of the first updates (Duan et al. 2021)") {
            $0.grouping = FedGroup()
        },
        Preset("fesem", "k centres, each agent with the one nearest to its model (Xie et al. 2021)") { $0.grouping = FeSEM() },
        Preset("wecfl", "FeSEM with centres weighted by training rows (Ma et al. 2022)") {
            var grouping = FeSEM()
            grouping.weighted = true
            $0.grouping = grouping
        },
        Preset("pacfl", "clusters by angles between feature subspaces (Vahidian et al. 2023)") { $0.grouping = PACFL() },
        Preset("stocfl", "clusters join by first updates, with a pull towards a global model (Zeng et al. 2023)") {
            $0.grouping = StoCFL()
            $0.training = GlobalPullTraining()
        },
        Preset("fedsoft", "agents as mixtures of k sources (Ruan & Joe-Wong 2022)") {
            $0.grouping = FedSoft()
            $0.training = SoftTraining()
        },
    ]

    /// One round; the models that agents train alone, for comparison, get the time of all the rounds that are not needed.
    private static func closedForm(_ recipe: inout Recipe, _ training: any ClosedForm) {
        recipe.hidden = []
        recipe.optimiser.epochs *= recipe.rounds
        recipe.rounds = 1
        recipe.training = training
    }

    package static func recipe(_ name: String) throws(RecipeError) -> Recipe {
        guard let preset = all.first(where: { $0.name == name }) else {
            let names = all.map(\.name)
            throw .unknownChoice(path: "preset", name: name, nearest: NearestName.of(name, among: names), known: names)
        }
        return preset.recipe
    }
}
