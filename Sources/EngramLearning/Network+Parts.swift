// SPDX-License-Identifier: Apache-2.0
import EngramTensors

// Which tensors and which flat values are the head, the base, and the normalisation: what methods share, freeze and keep.

extension Network {
    /// The tensor names of the last layer; of unknown layers, those that the model file calls its head.
    package var headNames: [String] {
        external?.head ?? ["layers.\(weights.count - 1).weight", "layers.\(weights.count - 1).bias"]
    }

    package func isHead(_ name: String) -> Bool { headNames.contains(name) }

    /// The flat values of the last layer.
    package var headRange: Range<Int> { (weights.last ?? 0)..<layout.count }

    /// The same, for unknown layers too, whose tensors may lie anywhere.
    package var headRanges: [Range<Int>] { ranges(of: headNames) }

    /// The flat values of everything else; none in a linear model without normalisation.
    package var baseRanges: [Range<Int>] { FlatRanges.complement(of: headRanges, in: layout.count) }

    /// The tensor names of the normalisation, in the layout's order.
    package var normNames: NormNames {
        switch spec.normalisation {
        case .none: NormNames(affine: [], statistics: [])
        case .input: NormNames(affine: Normalisation.inputNames, statistics: [])
        case .batch:
            NormNames(
                affine: batchNorms.indices.flatMap { Normalisation.batchNames(layer: $0).prefix(2) },
                statistics: batchNorms.indices.flatMap { Normalisation.batchNames(layer: $0).suffix(2) })
        }
    }

    /// What a method may keep private: weights and biases, running statistics, or both (FedBN, Li et al. 2021; MTFL, Mills et
    /// al. 2021).
    package struct NormNames: Sendable {
        package let affine: [String]
        package let statistics: [String]
        package var all: [String] { affine + statistics }
    }

    /// The flat values of each layer's running mean and variance: what no gradient reaches.
    package var statisticRanges: [Range<Int>] {
        zip(batchNorms, spec.hidden).map { start, width in start + 2 * width..<start + 4 * width }
    }

    /// The flat values of some tensors, in order, neighbours joined; names that are not ours are passed over.
    package func ranges(of names: [String]) -> [Range<Int>] {
        FlatRanges.union(names.compactMap { layout.range(of: $0) }, in: layout.count)
    }

    /// The tensors that lie wholly in some ranges of the flat values, in the layout's order.
    package func names(in ranges: [Range<Int>]) -> [String] {
        let joined = FlatRanges.union(ranges, in: layout.count)
        return layout.tensors.map(\.name).filter { name in
            layout.range(of: name).map { range in
                joined.contains { $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound }
            }
                ?? false
        }
    }

    /// The flat values of a layer: its weight, its bias and its batch normalisation.
    func range(ofLayer layer: Int) -> Range<Int> {
        weights[layer]..<(layer + 1 < weights.count ? weights[layer + 1] : layout.count)
    }

    /// The values that start at 1: weights of normalisations and running variances.
    var normUnits: [Range<Int>] {
        ranges(of: normNames.all.filter { $0.hasSuffix("norm.weight") || $0.hasSuffix("norm.variance") })
    }
}
