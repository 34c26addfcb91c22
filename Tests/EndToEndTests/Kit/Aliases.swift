// SPDX-License-Identifier: Apache-2.0
import EngramLearning

/// Shards by a name that does not hide anything of the test's.
typealias EngramShard = EngramLearning.Shard
