// SPDX-License-Identifier: Apache-2.0

/// Metrics as Prometheus reads them: text exposition format 0.0.4.
package struct MetricsText: Sendable {
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    package private(set) var text = ""

    package init(_ scene: MetricsScene) {
        for family in MetricFamily.all {
            let samples = family.samples(scene)
            text += "# HELP \(family.name) \(Self.escaped(family.help, quotes: false))\n"
            text += "# TYPE \(family.name) \(family.kind.rawValue)\n"
            for sample in samples {
                let labels = zip(family.labels, sample.labels).map { "\($0)=\"\(Self.escaped($1, quotes: true))\"" }
                let list = labels.isEmpty ? "" : "{" + labels.joined(separator: ",") + "}"
                text += "\(family.name)\(list) \(Self.number(sample.value))\n"
            }
        }
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var out = ""
        for character in text {
            switch character {
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\"" where quotes: out += "\\\""
            default: out.append(character)
            }
        }
        return out
    }
}
