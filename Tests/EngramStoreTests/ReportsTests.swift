// SPDX-License-Identifier: Apache-2.0
import EngramStore
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ReportsTests {
    @Test(arguments: Backing.allCases)
    func theLastReportOfAnAgentStays(_ backing: Backing) throws {
        try backing.withStore { store in
            let run = try Sample.run()
            let first = AgentReport(agent: try Sample.agent("b"), report: "1")
            #expect(throws: StoreError.runUnknown(run)) { try store.saveReport(first, of: run) }
            try Sample.startedRun(in: store)
            try store.saveReport(first, of: run)
            try store.saveReport(AgentReport(agent: Sample.agent("a"), report: "2"), of: run)
            try store.saveReport(AgentReport(agent: Sample.agent("b"), report: "3"), of: run)
            #expect(try store.reports(of: run).map(\.report) == ["2", "3"])
            try store.setRunState(run, .finished, failure: nil, at: 2)
            try store.saveReport(AgentReport(agent: Sample.agent("a"), report: "4"), of: run)
            #expect(try store.reports(of: run).map(\.report) == ["4", "3"])
        }
    }
}
