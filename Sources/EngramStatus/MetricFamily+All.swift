// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramWire

extension MetricFamily {
    /// Everything under `/metrics`, in the order in which it is written. Labels name runs, clusters and fixed words, never agents: their number
    /// is bounded by `SnapshotLimits.runs`.
    package static let all: [MetricFamily] = daemon + runs + rounds + clusters + server

    private static let daemon: [MetricFamily] = [
        MetricFamily(name: "engram_build_info", kind: .gauge, help: "1, with the daemon's version.", labels: ["version"]) {
            [Sample(labels: [$0.snapshot.daemon.version], value: 1)]
        },
        .one(.gauge, "engram_start_time_seconds", "When the daemon was started, in seconds since 1970.") {
            $0.snapshot.daemon.started
        },
        MetricFamily(
            name: "engram_ready", kind: .gauge, help: "Whether a readiness check passes: 1 or 0.", labels: ["check"]
        ) { $0.checks.map { Sample(labels: [$0.name], value: $0.ok ? 1 : 0) } },
        .one(.gauge, "engram_agents_enrolled", "Agents whose certificate is valid.") {
            Double($0.snapshot.daemon.agentsEnrolled)
        },
        .one(.gauge, "engram_agents_connected", "Agents that are connected.") { Double($0.snapshot.daemon.agentsConnected) },
        .one(.gauge, "engram_operators_connected", "Operators that are connected.") {
            Double($0.snapshot.daemon.operatorsConnected)
        },
        .one(.gauge, "engram_connections", "Connections of the federated port.") { Double($0.snapshot.daemon.connections) },
        .one(.counter, "engram_received_bytes_total", "Socket bytes from agents.") { Double($0.snapshot.daemon.bytesUp) },
        .one(.counter, "engram_sent_bytes_total", "Socket bytes to agents.") { Double($0.snapshot.daemon.bytesDown) },
        .one(.gauge, "engram_resident_memory_peak_bytes", "The greatest resident memory of the daemon so far.") {
            Double($0.snapshot.daemon.peakRssBytes)
        },
        MetricFamily(name: "engram_runs", kind: .gauge, help: "Runs that are shown, by state.", labels: ["state"]) { scene in
            ["waiting", "running", "finished", "failed", "cancelled"].map { state in
                Sample(labels: [state], value: Double(scene.snapshot.runs.count { $0.state == state }))
            }
        },
    ]

    private static let runs: [MetricFamily] = [
        .run(.gauge, "engram_run_phase", "1 for the phase that the run is in.", by: "phase") { run in
            StatusSnapshot.Phase.Name.allCases.map { ($0.rawValue, $0 == run.phase.name ? 1 : 0) }
        },
        .run(.counter, "engram_rounds_total", "Rounds of training that were committed.") { Double($0.round) },
        .run(.gauge, "engram_rounds_planned", "Rounds of training there shall be.") { Double($0.rounds) },
        .run(.counter, "engram_round_seconds_total", "Seconds that all committed rounds took.") { $0.seconds },
        .run(.counter, "engram_run_received_bytes_total", "Socket bytes from agents in committed rounds.") { Double($0.bytesUp) },
        .run(.counter, "engram_run_sent_bytes_total", "Socket bytes to agents in committed rounds.") { Double($0.bytesDown) },
        .run(.counter, "engram_uploads_accepted_total", "Uploads that passed the checks, since the daemon was started.") {
            Double($0.uploadsAccepted)
        },
        .run(.counter, "engram_uploads_refused_total", "Uploads that did not pass the checks, since the daemon was started.") {
            Double($0.uploadsRefused)
        },
        .run(.gauge, "engram_run_agents", "Members of the run.") { Double($0.agents.count + $0.omitted.agents) },
        .run(.gauge, "engram_run_agents_late", "Members that are late, or missed their last round.") {
            Double($0.phase.late.count)
        },
        .run(.gauge, "engram_run_agents_quarantined", "Members whose updates do not count.") { run in
            Double(run.agents.count { $0.quarantined })
        },
        .run(.gauge, "engram_privacy_epsilon", "The greatest epsilon of any agent so far, in runs with privacy.") { $0.epsilon },
    ]

    private static let rounds: [MetricFamily] = [
        .run(.gauge, "engram_round_started_seconds", "When the open round was opened, in seconds since 1970.") {
            $0.phase.started
        },
        .run(.gauge, "engram_round_deadline_seconds", "Until when the open round waits, in seconds since 1970.") {
            $0.phase.deadline
        },
        .run(.gauge, "engram_round_uploads", "Uploads of the open round that count.") { Double($0.phase.arrived.count) },
        .run(.gauge, "engram_round_uploads_wanted", "Uploads that close the open round.") { Double($0.phase.goal) },
        .run(.gauge, "engram_round_last_seconds", "Seconds that the last committed round took.") { $0.history.last?.seconds },
        .run(.gauge, "engram_round_last_participants", "Agents whose uploads counted in the last committed round.") {
            ($0.history.last?.participants).map(Double.init)
        },
        .run(.gauge, "engram_round_last_lost", "Agents that were asked in the last committed round and not in time.") {
            ($0.history.last?.lost).map(Double.init)
        },
        .run(.gauge, "engram_training_loss", "Mean training loss of the last committed round.") { $0.history.last?.loss },
        .run(.gauge, "engram_metric", "The task's metric of a row, over agents, weighted by test rows.", by: "row") { run in
            Row.allCases.compactMap { row in run.metric[row].map { (row.rawValue, $0) } }
        },
    ]

    private static let clusters: [MetricFamily] = [
        .run(.gauge, "engram_clusters", "Clusters with members.") { run in Double(run.clusters.count { !$0.members.isEmpty }) },
        .run(.gauge, "engram_cluster_members", "Agents of a cluster.", by: "cluster") { run in
            run.clusters.map { ($0.id.rawValue, Double($0.members.count)) }
        },
        .run(.counter, "engram_cluster_version_total", "Rounds that have moved a cluster's model.", by: "cluster") { run in
            run.clusters.map { ($0.id.rawValue, Double($0.version)) }
        },
        .run(.gauge, "engram_trials", "Candidate models that train beside their parents.") { Double($0.trials.count) },
    ]

    private static let server: [MetricFamily] = [
        MetricFamily(
            name: "engram_http_requests_total", kind: .counter, help: "Requests to the status server, by status code.",
            labels: ["code"]
        ) { scene in
            scene.traffic.answers.keys.sorted().map { Sample(labels: ["\($0)"], value: Double(scene.traffic.answers[$0] ?? 0)) }
        },
        .one(.gauge, "engram_http_event_readers", "Clients that read events.") { Double($0.traffic.readers) },
        .one(.counter, "engram_http_event_readers_dropped_total", "Clients that went, or were too slow, in the middle of events.")
        {
            Double($0.traffic.readersDropped)
        },
    ]
}
