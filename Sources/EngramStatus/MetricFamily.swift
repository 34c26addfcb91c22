// SPDX-License-Identifier: Apache-2.0
package import EngramFederation
import EngramWire

/// What the metrics are made of.
package struct MetricsScene: Sendable {
    package let snapshot: StatusSnapshot
    package let checks: [ReadinessCheck]
    let traffic: StatusTraffic.Figures

    init(snapshot: StatusSnapshot, checks: [ReadinessCheck], traffic: StatusTraffic.Figures) {
        self.snapshot = snapshot
        self.checks = checks
        self.traffic = traffic
    }
}

/// One metric: its name, what it is, and how its samples follow from a scene.
package struct MetricFamily: Sendable {
    package enum Kind: String, Sendable { case counter, gauge }

    package struct Sample: Sendable {
        /// The values of the family's labels, in their order.
        let labels: [String]
        let value: Double
    }

    package let name: String
    package let kind: Kind
    package let help: String
    package let labels: [String]
    let samples: @Sendable (MetricsScene) -> [Sample]
}

extension MetricFamily {
    static func one(
        _ kind: Kind, _ name: String, _ help: String, _ value: @escaping @Sendable (MetricsScene) -> Double
    ) -> MetricFamily {
        MetricFamily(name: name, kind: kind, help: help, labels: []) { [Sample(labels: [], value: value($0))] }
    }

    /// A sample for each run; none where there is no value.
    static func run(
        _ kind: Kind, _ name: String, _ help: String, _ value: @escaping @Sendable (StatusSnapshot.Run) -> Double?
    ) -> MetricFamily {
        MetricFamily(name: name, kind: kind, help: help, labels: ["run"]) { scene in
            scene.snapshot.runs.compactMap { run in
                value(run).map { Sample(labels: [run.run.rawValue], value: $0) }
            }
        }
    }

    /// Samples for each run with one more label.
    static func run(
        _ kind: Kind, _ name: String, _ help: String, by label: String,
        _ values: @escaping @Sendable (StatusSnapshot.Run) -> [(String, Double)]
    ) -> MetricFamily {
        MetricFamily(name: name, kind: kind, help: help, labels: ["run", label]) { scene in
            scene.snapshot.runs.flatMap { run in
                values(run).map { Sample(labels: [run.run.rawValue, $0.0], value: $0.1) }
            }
        }
    }
}
