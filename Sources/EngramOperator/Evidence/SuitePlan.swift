// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramFederation

/// What is to be run of a suite: every trial with its recipe read and its key known, before the first one starts.
package struct SuitePlan: Sendable {
    package struct Part: Sendable {
        package let section: Section
        package let trials: [Trial]
        /// Cases whose data are not there, and why.
        package let skipped: [(group: String, reason: String)]
    }

    package let scale: Section.Scale
    package let parts: [Part]

    /// Throws when a recipe cannot be read, naming the section; absent data only leave cases out.
    package init(_ suite: Suite, _ scale: Section.Scale, data: EvidenceData) throws {
        self.scale = scale
        var fingerprints: [EvidenceData.Need: Digest] = [:]
        var parts: [Part] = []
        for section in suite.sections {
            var trials: [Trial] = []
            var skipped: [(group: String, reason: String)] = []
            for item in section.cases(scale) {
                if let reason = item.federation.needs.lazy.compactMap({ data.missing($0) }).first {
                    skipped.append((item.name, reason))
                    continue
                }
                if let harm = item.harm {
                    do {
                        _ = try AttackPlan.attack(harm.attack)
                    } catch {
                        throw OperatorError.badInput("section '\(section.name)', \(item.name): \(error)")
                    }
                }
                for need in item.federation.needs where fingerprints[need] == nil {
                    fingerprints[need] = try data.fingerprint(need)
                }
                let prints = item.federation.needs.compactMap { fingerprints[$0] }
                for seed in item.seeds {
                    for contestant in item.contestants {
                        do {
                            trials.append(
                                try Trial(
                                    section: section.name, of: item, contestant: contestant,
                                    recipe: contestant.recipe(common: item.settings, seed: seed), data: prints))
                        } catch {
                            throw OperatorError.badInput("section '\(section.name)', \(contestant.name): \(OperatorError(error))")
                        }
                    }
                }
            }
            parts.append(Part(section: section, trials: trials, skipped: skipped))
        }
        self.parts = parts
    }

    private init(_ scale: Section.Scale, _ parts: [Part]) {
        self.scale = scale
        self.parts = parts
    }

    /// Only trials of these methods and seeds; of all when none is named.
    package func selecting(methods: [String], seeds: [Int]) throws(OperatorError) -> SuitePlan {
        if let unknown = methods.first(where: { name in
            // Of all lines: two may show the same run.
            !parts.contains { $0.trials.contains { $0.contestant.name == name } }
        }) {
            throw .usage("--method \(unknown): no chosen section has it")
        }
        return SuitePlan(
            scale,
            parts.map { part in
                Part(
                    section: part.section,
                    trials: part.trials.filter {
                        (methods.isEmpty || methods.contains($0.contestant.name))
                            && (seeds.isEmpty || seeds.contains($0.recipe.seed))
                    }, skipped: part.skipped)
            })
    }

    /// Every trial once, though several sections may show it.
    package var trials: [Trial] {
        var seen: Set<Digest> = []
        return parts.flatMap(\.trials).filter { seen.insert($0.key).inserted }
    }
}
