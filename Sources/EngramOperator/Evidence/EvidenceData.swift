// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
package import EngramLearning
import Foundation

/// Where the data sets of the evidence lie on this machine: the folder that the person names, and Debian's Fashion-MNIST.
package struct EvidenceData: Sendable {
    /// What a federation is made of.
    package enum Need: Hashable, Sendable {
        case fashion, mnist, cifarFeatures
        /// A published split of Fashion-MNIST over 20 agents, by its name.
        case split(String)
        /// People's responses: the folder's name and the feature files in it.
        case people(String, features: [String])
    }

    private let folder: String?
    private let fashion: String

    package init(folder: String?, fashion: String = DemoData.folder) {
        self.folder = folder
        self.fashion = fashion
    }

    /// The folder: what the command line says, else ENGRAM_DATA, else none.
    package static func folder(_ option: String?, environment: [String: String]) -> String? {
        option ?? environment["ENGRAM_DATA"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The files of a need; nil without a folder to look in.
    package func files(_ need: Need) -> [String]? {
        if need == .fashion { return Self.idx.map { "\(fashion)/\($0)" } }
        guard let folder else { return nil }
        switch need {
        case .fashion: return nil
        case .mnist: return Self.idx.map { "\(folder)/mnist/\($0)" }
        case .cifarFeatures: return Self.cifar.map { "\(folder)/cifar10-features/\($0)" }
        case .split(let name): return ["\(folder)/splits/fashion-mnist-20-\(name).npz"]
        case .people(let name, let features):
            return (["images.csv", "responses.csv"] + features).map { "\(folder)/\(name)/\($0)" }
        }
    }

    /// What is missing, in words that name no folder of this machine; nil when all is there.
    package func missing(_ need: Need) -> String? {
        if need == .fashion, files(need)?.allSatisfy(InputFile.exists) != true {
            return "Fashion-MNIST is not there (Debian's package dataset-fashion-mnist)"
        }
        guard let files = files(need) else { return "no data folder was named (--data or ENGRAM_DATA)" }
        return files.first { !InputFile.exists($0) }.map {
            "\($0.split(separator: "/").suffix(2).joined(separator: "/")) is not there"
        }
    }

    /// The contents of a need's files, as one digest.
    package func fingerprint(_ need: Need) throws(OperatorError) -> Digest {
        let stream = DigestStream()
        for file in files(need) ?? [] { stream.update(Digest(of: try InputFile.read(file)).bytes) }
        return stream.finish()
    }

    // Of the IDX and CIFAR files: training part first, then test.
    private static let idx =
        ["train", "t10k"].map { "\($0)-images-idx3-ubyte.gz" } + ["train", "t10k"].map { "\($0)-labels-idx1-ubyte.gz" }
    private static let cifar = ["train_pca128_f16.npy", "test_pca128_f16.npy", "train_labels_u8.npy", "test_labels_u8.npy"]

    /// Images or features with ten classes, test rows after training rows.
    package func dataset(_ need: Need) throws -> Dataset {
        let files = files(need) ?? []
        guard files.count == 4 else { throw OperatorError.failed("\(need) is no data set of images") }
        if need == .cifarFeatures {
            return try Dataset.joined(
                (0..<2).map { part in
                    let (values, labels) = (try NpyFile.read(files[part]), try NpyFile.read(files[part + 2]))
                    return try InputFile.naming(files[part]) {
                        try Dataset(features: values, labels: labels, task: .classes, scale: 1, offset: 0)
                    }
                })
        }
        return try IdxFiles.dataset(images: Array(files[..<2]), labels: Array(files[2...]))
    }
}
