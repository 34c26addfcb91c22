// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramWire
import Foundation
import Testing

/// The types, the published schema and the example say the same.
@Suite(.timeLimit(.minutes(5))) struct SchemaTests {
    private func object(_ data: Data) throws -> JSONValue { try JSONDecoder().decode(JSONValue.self, from: data) }

    private func schema() throws -> SchemaCheck {
        try SchemaCheck(object(Data(contentsOf: URL(fileURLWithPath: Samples.schemaPath))))
    }

    @Test func theExampleIsWhatTheTypesWrite() throws {
        let data = try Samples.snapshot()
        let snapshot = try StatusSnapshot(json: data)
        #expect(try object(snapshot.json()) == object(data))
        #expect(try StatusSnapshot(json: snapshot.json()) == snapshot)
    }

    @Test func whatIsWrittenFollowsTheSchema() throws {
        let check = try schema()
        var snapshot = try StatusSnapshot(json: Samples.snapshot())
        #expect(try check.problems(object(snapshot.json())) == [])
        // Every field that may be null, once with a value and once without.
        snapshot.runs[1].failure = "suspended"
        snapshot.runs[1].epsilon = 2.5
        snapshot.runs[1].history[0].declaredSeconds = 1
        snapshot.runs[1].history[0].energyJoules = 2
        snapshot.runs[1].history[0].staleness = 0.5
        snapshot.runs[1].history[0].epsilon = 0.1
        snapshot.runs[1].agents[0].cluster = nil
        snapshot.runs[1].agents[0].truth = nil
        snapshot.runs[1].agents[0].chosen = nil
        snapshot.runs[1].agents[0].position = nil
        snapshot.runs[1].trials[0].parent = nil
        snapshot.runs[1].refusals[0].round = nil
        for name in StatusSnapshot.Phase.Name.allCases {
            snapshot.runs[1].phase.name = name
            #expect(try check.problems(object(snapshot.json())) == [])
        }
    }

    @Test func changesFollowTheSchema() throws {
        let check = try schema()
        let old = try StatusSnapshot(json: Samples.snapshot())
        var new = old
        new.revision += 1
        new.runs[2].round += 1
        new.runs.removeFirst()
        let change = StatusChange(from: old, to: new)
        #expect(change.runs.count == 1 && change.gone.count == 1)
        #expect(try check.problems(object(change.json()), as: "change") == [])
    }

    /// The check itself finds what is wrong.
    @Test func theSchemaRefuses() throws {
        let check = try schema()
        func spoilt(_ key: String, _ spoilt: JSONValue?) throws -> [String] {
            guard case .map(var entries) = try object(Samples.snapshot()) else { return [] }
            entries[key] = spoilt
            return check.problems(.map(entries))
        }
        #expect(try spoilt("extra", .number(1)) == ["/: extra is not in the schema"])
        #expect(try spoilt("revision", nil) == ["/: revision is missing"])
        #expect(try spoilt("revision", .number(-1)) == ["/revision: too small"])
        #expect(try spoilt("revision", .number(1.5)) == ["/revision: not of type integer"])
        #expect(try spoilt("revision", .flag(true)) == ["/revision: not of type integer"])
        #expect(try spoilt("schema", .text("engram.status/2")) == ["/schema: not engram.status/1"])
        #expect(try spoilt("runs", .null) == ["/runs: not of type array"])
    }

    /// Another reader of the schema: Python's, where it is installed.
    @Test(.enabled(if: Self.hasPython, "python3 with jsonschema is not installed")) func pythonAgrees() throws {
        let program = """
            import json, sys, jsonschema
            schema = json.load(open(sys.argv[1]))
            jsonschema.Draft202012Validator.check_schema(schema)
            jsonschema.Draft202012Validator(schema).validate(json.load(open(sys.argv[2])))
            """
        #expect(try Self.python(program, Samples.schemaPath, Samples.snapshotPath) == 0)
    }

    private static let hasPython = (try? python("import jsonschema; jsonschema.Draft202012Validator")) == 0

    private static func python(_ program: String, _ arguments: String...) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            [ProcessInfo.processInfo.environment["ENGRAM_PYTHON"] ?? "python3", "-W", "ignore", "-c", program] + arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
