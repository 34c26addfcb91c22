// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramTensors

/// Every tensor travels.
package struct ShareAll: Sharing {
    package static let name = "all"
    package static let summary = "the whole model travels (McMahan et al. 2017, FedAvg)"

    package init() {}

    package func shared(of network: Network) -> ParameterLayout { network.layout }
}
