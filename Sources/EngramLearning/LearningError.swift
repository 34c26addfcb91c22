// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// What can be wrong with data, models and partitions.
package enum LearningError: Error, Equatable, CustomStringConvertible {
    case badModel(String)
    case badData(String)
    case badPartition(String)
    case malformed(format: String, reason: String)
    /// The normal equations are singular.
    case singular

    package var description: String {
        switch self {
        case .badModel(let reason): "the model is not usable: \(reason)"
        case .badData(let reason): "the data are not usable: \(reason)"
        case .badPartition(let reason): "the data cannot be partitioned so: \(reason)"
        case .malformed(let format, let reason): "not a valid \(format) file: \(reason)"
        case .singular: "the features are linearly dependent: use a ridge strength above 0"
        }
    }
}

/// What can be wrong with one observer's shard; names the tensor, and the row where there is one.
package enum ShardError: Error, Equatable, CustomStringConvertible {
    /// The file is not a safetensors file, or a tensor is missing.
    case file(shard: String, TensorError)
    case metadata(shard: String, key: String, reason: String)
    case tensor(shard: String, name: String, reason: String)
    case row(shard: String, tensor: String, row: Int, reason: String)

    package var description: String {
        switch self {
        case .file(let shard, let error): "shard “\(shard)”: \(error)"
        case .metadata(let shard, let key, let reason): "shard “\(shard)”, metadata “\(key)”: \(reason)"
        case .tensor(let shard, let name, let reason): "shard “\(shard)”, tensor “\(name)”: \(reason)"
        case .row(let shard, let tensor, let row, let reason): "shard “\(shard)”, tensor “\(tensor)”, row \(row): \(reason)"
        }
    }
}
