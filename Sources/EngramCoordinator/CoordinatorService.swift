// SPDX-License-Identifier: Apache-2.0
import EngramLocks
import EngramSockets
package import EngramTransport
package import Logging
import ServiceLifecycle

/// A coordinator on a transport, as a service of the process.
package struct CoordinatorService: Service {
    /// Between two looks at the deadlines.
    private static let tick = Duration.milliseconds(250)

    private let coordinator: Coordinator
    private let transport: any ServerTransport
    private let log: Logger

    package init(coordinator: Coordinator, transport: any ServerTransport, log: Logger) {
        self.coordinator = coordinator
        self.transport = transport
        self.log = log
    }

    /// Serves until cancelled or asked to shut down gracefully; then everyone is told, and the connections end.
    package func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup(of: Void.self) { group in
                coordinator.life.withLock { $0 = .serving }
                group.addTask { await coordinator.runFolds() }
                group.addTask {
                    while !Task.isCancelled {
                        try await Task.sleep(for: Self.tick)
                        await coordinator.tick()
                    }
                }
                group.addTask {
                    try await transport.serve { stream in await coordinator.serve(stream) }
                }
                do {
                    _ = try await group.next()
                } catch is CancellationError {
                    log.notice("stopping")
                }
                await coordinator.stop()
                await transport.close()
                group.cancelAll()
            }
        }
    }
}
