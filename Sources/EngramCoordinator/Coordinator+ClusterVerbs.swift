// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramStore
import EngramWire

/// What operators ask of a run's clusters, their models and members.
extension Coordinator {
    func clusterLines(of driver: RunDriver) -> [Admin.ClusterLine] {
        driver.state.book.clusters.compactMap { cluster in
            driver.state.book.slot(cluster.id).map { slot in
                Admin.ClusterLine(
                    cluster: cluster.id, version: slot.version, members: cluster.members.count, parent: cluster.parent,
                    born: cluster.born, model: slot.model)
            }
        }
    }

    private func line(_ name: Admin.ClusterName) throws -> (RunDriver, Admin.ClusterLine) {
        let driver = try driver(name.run)
        guard let line = clusterLines(of: driver).first(where: { $0.cluster == name.cluster }) else {
            let known = driver.state.book.clusters.map(\.id.rawValue).joined(separator: ", ")
            let has = known.isEmpty ? "it has none before its first round" : "it has: \(known)"
            throw Refused(status: 404, text: "run \(driver.id) has no cluster \(name.cluster); \(has)")
        }
        return (driver, line)
    }

    func cluster(_ name: Admin.ClusterName) throws -> Admin.ClusterDetail {
        let (driver, line) = try line(name)
        return Admin.ClusterDetail(
            line: line, members: driver.state.book.cluster(line.cluster)?.members ?? [],
            lineage: driver.state.book.lineage.filter { ($0.from + $0.to).contains(line.cluster) })
    }

    func explain(_ name: Admin.AgentName) throws -> Admin.Explanation {
        let driver = try driver(name.run)
        guard driver.state.member(name.agent) != nil else {
            throw Refused(status: 404, text: "agent \(name.agent) is not in run \(driver.id); see: engram agent ls")
        }
        let book = driver.state.book
        let home = book.cluster(of: name.agent)?.id
        let history = book.history(of: name.agent)
        return Admin.Explanation(
            agent: name.agent, cluster: home, quarantined: book.quarantined.contains(name.agent), because: history.last,
            alternative: driver.machine.alternative(for: name.agent), history: history)
    }

    func model(_ name: Admin.ClusterName) throws -> Admin.ModelRef {
        let (_, line) = try line(name)
        guard let size = blobs.size(line.model) else { throw StoreError.blobMissing(line.model) }
        return Admin.ModelRef(cluster: line.cluster, version: line.version, digest: line.model, size: size)
    }
}
