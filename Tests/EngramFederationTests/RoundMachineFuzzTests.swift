// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramLearning
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct RoundMachineFuzzTests {
    /// Whatever comes in whatever order: nothing traps, what is sent was stored, and the state can always be stored and read back.
    @Test(arguments: Catalogue<any Grouping>.grouping.names, [1, 2, 3]) func noSequenceOfEventsTraps(grouping: String, seed: Int)
        throws
    {
        try fuzz(SeededGenerator(seed: UInt64(seed), "fuzz", grouping)) {
            $0.grouping = Catalogue.grouping.make(grouping) ?? Everyone()
            $0.globalReference = seed == 2
            if seed == 3 { $0.cohort = SampledCohort() }
        }
    }

    @Test(arguments: Catalogue<any Cohort>.cohort.names, Recipe.Order.allCases) func norOfAnyCohort(
        cohort: String, order: Recipe.Order
    )
        throws
    {
        try fuzz(SeededGenerator(seed: 4, "fuzz", cohort)) {
            $0.cohort = Catalogue.cohort.make(cohort) ?? WholeCohort()
            if var buffered = $0.cohort as? BufferedCohort {
                (buffered.goal, buffered.concurrency, buffered.oldest) = (2, 3, 4)
                $0.cohort = buffered
            }
            $0.order = order
        }
    }

    private func fuzz(_ seeded: SeededGenerator, _ change: (inout Recipe) -> Void) throws {
        var generator = seeded
        for _ in 0..<4 {
            var script = MachineScript(
                ToyFederation.recipe {
                    $0.agents = 3
                    $0.rounds = 12
                    $0.deadline = 3
                    change(&$0)
                })
            script.holdsFolds = true
            var now = 0.0
            for _ in 0..<400 {
                now += generator.uniform()
                step(&script, &generator, now)
                if generator.below(40) == 0 { try restart(&script) }
            }
            for (i, line) in script.lines.enumerated() where line.hasPrefix("send") {
                let round = Int(line.split(separator: " ")[2]) ?? 0
                #expect(script.lines[..<i].contains("commit \(round - 1)"))
            }
            let members = script.machine.state.members.map(\.id)
            #expect(members == members.sorted() && Set(members).count == members.count)
            #expect(try RunState(decoding: script.machine.state.encoded()).encoded() == script.machine.state.encoded())
        }
    }

    private func step(_ script: inout MachineScript, _ generator: inout SeededGenerator, _ now: Double) {
        let agent = generator.below(7)
        switch generator.below(14) {
        case 0, 1:
            var profile = ToyFederation.profile
            if generator.below(5) == 0 { profile.inputs = [-1, 0, 7, .max, .min][generator.below(5)] }
            if generator.below(5) == 0 { profile.truth = nil }
            if generator.below(5) == 0 { profile.circumstances = Circumstances(joins: 1 + generator.below(20), budget: 0.5) }
            script.connect(agent, at: now, profile: profile)
        case 2: script.handle(.disconnected(.toy(agent)), at: now)
        case 3: script.handle(.late(.toy(agent)), at: now)
        case 4, 5: script.handle(.tick, at: now)
        case 6: script.upload(agent, round: [0, -1, .max, 3, .min][generator.below(5)], at: now)
        case 7, 8, 9: script.release(at: now)
        case 10:
            var strange = FoldResult()
            strange.slots[.cluster(99)] = FoldedSlot(model: Digest(of: [1]), memory: nil, norm: 1)
            strange.table[.toy(99)] = [.nan]
            script.handle(.folded(round: generator.below(5), strange), at: now)
        default: hostile(&script, agent, &generator, now)
        }
    }

    /// An upload whose figures are as wild as the checks let through.
    private func hostile(_ script: inout MachineScript, _ agent: Int, _ generator: inout SeededGenerator, _ now: Double) {
        let wild: [Double] = [0, 1, -1, 1e12, -1e12, 1e-300]
        var evidence = MachineScript.evidence(agent, script.machine.assignment(for: .toy(agent)))
        for slot in evidence.slots.keys.sorted() where generator.below(3) == 0 {
            evidence.slots[slot]?.gain = wild[generator.below(6)]
            evidence.slots[slot]?.gainDeviation = abs(wild[generator.below(6)])
            evidence.slots[slot]?.validation.loss = wild[generator.below(6)]
            evidence.slots[slot]?.validation.count = generator.below(3)
            evidence.slots[slot]?.trainLoss = wild[generator.below(6)]
            if evidence.slots[slot]?.norm != nil { evidence.slots[slot]?.norm = abs(wild[generator.below(6)]) }
        }
        if generator.below(3) == 0 { evidence.signature = Signature([Float](repeating: 0, count: generator.below(70))) }
        if generator.below(5) == 0 { evidence.signature = nil }
        if generator.below(5) == 0 { evidence.rowsOfReport = nil }
        script.handle(.uploaded(evidence, round: script.machine.openRound ?? 1), at: now)
    }

    private func restart(_ script: inout MachineScript) throws {
        guard let stored = script.commits.last, script.machine.state.phase == .training else { return }
        script.machine = try RoundMachine(resuming: try RunState(decoding: stored.state.encoded()), recipe: script.machine.recipe)
        script.held = []
    }
}
