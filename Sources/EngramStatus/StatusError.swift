// SPDX-License-Identifier: Apache-2.0

/// Why there is no status server.
package enum StatusError: Error, Equatable, CustomStringConvertible {
    case cannotListen(address: String, reason: String)

    package var description: String {
        switch self {
        case .cannotListen(let address, let reason):
            "the status server cannot listen on \(address): \(reason); choose another --status HOST:PORT, or --status off"
        }
    }
}
