// SPDX-License-Identifier: Apache-2.0
import EngramFederation

/// A drawing of a section.
package struct EvidenceFigure: Sendable {
    package struct File: Sendable {
        /// Without folder.
        package let name: String
        package let svg: String
    }

    package let caption: String
    package let make: @Sendable (SectionResults) -> [File]

    private init(_ caption: String, _ make: @escaping @Sendable (SectionResults) -> [File]) {
        self.caption = caption
        self.make = make
    }

    /// One measure of every method: a panel a case.
    package static func bars(_ caption: String, _ measure: Measure) -> EvidenceFigure {
        EvidenceFigure(caption) { results in
            let names = results.contestants
            let panels = results.groups.map { group in
                BarDrawing.Panel(
                    title: group.name,
                    values: names.map { name in group.runs.first { $0.name == name }.flatMap { $0.estimate(measure) } })
            }
            let title = "\(results.metricNames.joined(separator: ", ")), \(measure.heading)"
            return panels.isEmpty
                ? [] : [File(name: "\(results.name).svg", svg: BarDrawing(title: title, names: names, panels: panels).svg)]
        }
    }

    /// One measure against what it costs by another: a file a case in which there is a cost.
    package static func trade(_ caption: String, _ measure: Measure, for price: Measure) -> EvidenceFigure {
        EvidenceFigure(caption) { results in
            results.groups.enumerated().compactMap { place, group in
                let points = group.runs.compactMap { run in
                    run.estimate(measure).map {
                        TradeDrawing.Point(name: run.name, price: run.estimate(price)?.mean, value: $0.mean)
                    }
                }
                let title = "\(group.name): \(results.metricNames.first ?? ""), \(measure.heading), and \(price.heading)"
                return TradeDrawing(title: title, price: price.heading, points: points).map {
                    File(name: "\(results.name)-trade-\(place + 1).svg", svg: $0.svg)
                }
            }
        }
    }

    /// Every method's figure by round: a file a case.
    package static func curves(_ caption: String) -> EvidenceFigure {
        EvidenceFigure(caption) { results in
            results.groups.enumerated().map { place, group in
                let curves = group.runs.map { run in CurveDrawing.Curve(run) }
                return File(
                    name: "\(results.name)-rounds-\(place + 1).svg",
                    svg: CurveDrawing(title: "\(group.name): \(results.metricNames.first ?? "") by round", curves: curves).svg)
            }
        }
    }
}
