// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramFederation
import EngramSockets
import EngramStore
import EngramTensors
import EngramWire

/// A fold to be done on the fold thread, with everything it needs.
package struct FoldOrder: Sendable {
    let run: RunID
    let job: FoldJob
    let fold: Fold
    let uploads: [AgentID: UploadRecord]
}

/// Folds run on a thread of their own, so that sessions, other runs and operators do not wait for them.
extension Coordinator {
    func order(_ job: FoldJob, _ driver: RunDriver) throws {
        guard let exchange = driver.machine.exchange else { return }
        let records = try store.uploads(of: driver.id, round: job.round)
        folds.yield(
            FoldOrder(
                run: driver.id, job: job, fold: Fold(recipe: driver.recipe, exchange: exchange, limits: limits),
                uploads: Dictionary(records.map { ($0.key.agent, $0) }) { first, _ in first }))
    }

    /// Does one fold after the other, until the coordinator stops.
    package nonisolated func runFolds() async {
        let thread = ThreadExecutor(name: "engram-fold")
        for await order in orders {
            do {
                let result = try await thread.run { [spool, blobs] in
                    try order.fold(
                        order.job,
                        upload: { agent in
                            guard let record = order.uploads[agent] else {
                                throw StoreError.uploadMissing(UploadKey(run: order.run, round: order.job.round, agent: agent))
                            }
                            return try spool.read(record)
                        },
                        blob: { try blobs.read($0) }, store: { try blobs.put($0, durable: true) })
                }
                await folded(order, result)
            } catch {
                await foldFailed(order, error)
            }
        }
    }

    private func folded(_ order: FoldOrder, _ result: FoldResult) {
        guard let driver = runs[order.run] else { return }
        apply(.folded(round: order.job.round, result), to: driver)
        // The fold thread waits for this call, so no blob of another run's fold can be taken for garbage.
        tidy()
    }

    /// The run is taken up again from its stored state, which asks again for a damaged upload and waits out a full disk; a lost model ends it.
    private func foldFailed(_ order: FoldOrder, _ error: any Error) {
        guard let driver = runs[order.run] else { return }
        suspend(driver, error)
    }
}
