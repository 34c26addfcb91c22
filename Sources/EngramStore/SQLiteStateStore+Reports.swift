// SPDX-License-Identifier: Apache-2.0
package import EngramWire
import GRDB

extension SQLiteStateStore {
    package func saveReport(_ report: AgentReport, of run: RunID) throws(StoreError) {
        try write(.relaxed) { db in
            // A run that is over still takes the agents' last evaluation.
            _ = try existing(run, in: db)
            try db.execute(
                sql: """
                    INSERT INTO agent_reports (run, agent, report) VALUES (?, ?, ?)
                    ON CONFLICT (run, agent) DO UPDATE SET report = excluded.report
                    """,
                arguments: [run.rawValue, report.agent.rawValue, report.report])
        }
    }

    package func reports(of run: RunID) throws(StoreError) -> [AgentReport] {
        try read { db in
            try Row.fetchAll(
                db, sql: "SELECT agent, report FROM agent_reports WHERE run = ? ORDER BY agent", arguments: [run.rawValue]
            ).map { row in
                guard let agent = AgentID(row["agent"]) else { throw damaged("agent_reports") }
                return AgentReport(agent: agent, report: row["report"])
            }
        }
    }
}
