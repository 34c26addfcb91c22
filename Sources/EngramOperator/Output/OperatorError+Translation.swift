// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramFederation
import EngramLearning
import EngramSockets
import EngramTLS
import EngramTensors
import EngramTransport
import EngramWire
import Foundation

extension OperatorError {
    /// Any error of the layers below as one of ours, so that every failure has an exit code.
    package init(_ error: any Error) {
        switch error {
        case let error as OperatorError: self = error
        case is CancellationError: self = .interrupted
        case let error as RecipeError: self = .badInput(error.description)
        case let error as LearningError: self = .badInput(error.description)
        case let error as ShardError: self = .badInput(error.description)
        case let error as TensorError: self = .badInput(error.description)
        case let error as BytesError: self = .badInput(error.description)
        case let error as SimulationError: self = .failed(error.description)
        case let error as SocketError: self.init(error)
        case let error as TLSError: self.init(error)
        case let error as TransportError: self = .unreachable("the coordinator: \(error)")
        case let error as ClientError: self.init(error)
        case let error as any CustomStringConvertible: self = .failed(error.description)
        default: self = .failed(error.localizedDescription)
        }
    }

    private init(_ error: SocketError) {
        switch error {
        case .malformedAddress: self = .usage(error.description)
        case .cancelled: self = .interrupted
        default: self = .unreachable(error.description)
        }
    }

    private init(_ error: TLSError) {
        switch error {
        case .refusedByPeer, .unknownAuthority, .wrongRole, .wrongName, .badCertificate, .certificateExpired,
            .certificateNotYetValid:
            self = .refused(error.description)
        case .file, .malformedPEM, .keyMismatch, .invalidName, .badRequest: self = .badInput(error.description)
        case .notTLS, .noCommonProtocol, .peerClosedDuringHandshake, .truncated, .protocolViolation, .library:
            self = .unreachable("the coordinator: \(error)")
        }
    }

    private init(_ error: ClientError) {
        switch error {
        case .sessionEnded(let end):
            switch end.code {
            case .notPermitted, .revoked, .enrolmentRefused, .unsupportedVersion:
                self = .refused("the coordinator refused: \(end)")
            default: self = .unreachable("the connection to the coordinator ended (\(end)); check that engramd still runs")
            }
        case .refused(_, let text): self = .refused("the coordinator refused: \(text)")
        case .wrongDigest: self = .failed(error.description)
        }
    }
}
