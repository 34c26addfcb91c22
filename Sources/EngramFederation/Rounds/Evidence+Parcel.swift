// SPDX-License-Identifier: Apache-2.0
import EngramLearning
package import EngramWire

/// The scalars of an upload, by name: what leaves an agent beside updates and signature (docs/protocol.md, "Uploads").
///
/// `rows`, `home/SLOT`, `slot/SLOT/{validation_rows,validation_loss,validation_metric,calibrated_loss,gain,gain_deviation,train_loss,norm,share,within}`,
/// `report/{test,warm,cold}/ROW/{rows,loss,metric}`, `report/chosen/ROW`, `gate/ROW/{gain,error}`. And one kind of tensor, `chances/ROW`.
extension AgentEvidence {
    /// Reads and checks an upload's figures; the updates themselves stay packed.
    package init(
        _ parcel: Parcel, from agent: AgentID, for assignment: Assignment, member: Member, recipe: Recipe
    ) throws(UpdateError) {
        let scalars = parcel.scalars
        guard let rows = scalars["rows"], rows >= 0, rows == rows.rounded(), rows <= 1e12 else { throw .missing("rows") }
        guard Int(rows) <= member.profile.train else { throw .tooManyRows(claimed: Int(rows), declared: member.profile.train) }
        let homes = assignment.offers.filter { $0.use == .home && scalars["home/\($0.slot)"] != nil }.map(\.slot)
        guard homes.count == 1 else { throw .missing("home") }
        var slots: [SlotID: SlotFigures] = [:]
        for offer in assignment.offers {
            let prefix = "slot/\(offer.slot)"
            func value(_ name: String) throws(UpdateError) -> Double {
                guard let value = scalars["\(prefix)/\(name)"] else { throw .missing("\(prefix)/\(name)") }
                return value
            }
            guard
                let validation = Evaluation(
                    claimed: try value("validation_rows"), loss: try value("validation_loss"),
                    metric: try value("validation_metric"),
                    limit: member.profile.validation)
            else { throw .missing("\(prefix)/validation_rows") }
            slots[offer.slot] = SlotFigures(
                trainLoss: scalars["\(prefix)/train_loss"].map(Evaluation.bounded), validation: validation,
                calibratedLoss: scalars["\(prefix)/calibrated_loss"].map(Evaluation.bounded),
                gain: Evaluation.bounded(try value("gain")), gainDeviation: abs(Evaluation.bounded(try value("gain_deviation"))),
                norm: scalars["\(prefix)/norm"], share: scalars["\(prefix)/share"].map { max(0, min(1, $0)) },
                within: scalars["\(prefix)/within"].map { $0 >= 0.5 })
        }
        let weight = recipe.maximumRows > 0 ? min(Int(rows), recipe.maximumRows) : Int(rows)
        self.init(
            agent: agent, home: homes[0], rows: weight, slots: slots, signature: nil,
            rowsOfReport: ReportRows(scalars: scalars, limit: member.profile.test))
    }
}

extension Evaluation {
    /// An agent's claim, held to what such figures can be, so that no sum over agents overflows; nil for an impossible row count.
    fileprivate init?(claimed count: Double, loss: Double, metric: Double, limit: Int) {
        guard count >= 0, count <= 1e12, Int(count) <= limit else { return nil }
        self.init(count: Int(count), loss: Self.bounded(loss), metric: max(-1, min(1, metric)))
    }

    /// A loss, or a difference of losses, within ±`divergedLoss`.
    fileprivate static func bounded(_ loss: Double) -> Double { max(-divergedLoss, min(divergedLoss, loss)) }
}

extension ReportRows {
    func write(to parcel: inout Parcel) {
        for (part, table) in [("test", test), ("warm", warm), ("cold", cold)] {
            for (row, figures) in table {
                parcel.scalars["report/\(part)/\(row.rawValue)/rows"] = Double(figures.count)
                parcel.scalars["report/\(part)/\(row.rawValue)/loss"] = figures.loss
                parcel.scalars["report/\(part)/\(row.rawValue)/metric"] = figures.metric
            }
        }
        parcel.scalars["report/chosen/\(chosen.rawValue)"] = 1
        for (row, own) in gains ?? [:] {
            parcel.scalars["gate/\(row.rawValue)/gain"] = own.gain
            parcel.scalars["gate/\(row.rawValue)/error"] = own.error
        }
        for row in Row.allCases {
            guard let tally = chances?[row] else { continue }
            parcel.tensors.append(UpdateCodec.exact.pack(tally.counts, name: Self.chances(row)))
        }
    }

    static func chances(_ row: Row) -> String { "chances/\(row.rawValue)" }

    /// `limit` is the number of test rows that the agent declared.
    init?(scalars: [String: Double], limit: Int) {
        func table(_ part: String) -> [Row: Evaluation] {
            var out: [Row: Evaluation] = [:]
            for row in Row.allCases {
                let prefix = "report/\(part)/\(row.rawValue)"
                guard let count = scalars["\(prefix)/rows"], let loss = scalars["\(prefix)/loss"],
                    let metric = scalars["\(prefix)/metric"]
                else { continue }
                out[row] = Evaluation(claimed: count, loss: loss, metric: metric, limit: limit)
            }
            return out
        }
        guard let chosen = Row.allCases.first(where: { scalars["report/chosen/\($0.rawValue)"] != nil }) else { return nil }
        var gains: [Row: AnswerGain] = [:]
        for row in Row.allCases {
            guard let gain = scalars["gate/\(row.rawValue)/gain"], let error = scalars["gate/\(row.rawValue)/error"] else {
                continue
            }
            gains[row] = AnswerGain(gain: Evaluation.bounded(gain), error: abs(Evaluation.bounded(error)))
        }
        self.init(
            test: table("test"), warm: table("warm"), cold: table("cold"), chosen: chosen, gains: gains.isEmpty ? nil : gains)
    }
}
