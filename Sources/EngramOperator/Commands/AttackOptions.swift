// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
package import EngramFederation

/// `--attack` and `--attackers`, the same for `simulate` and `local`.
package struct AttackOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Let some agents do harm: label_flip, sign_flip, noise, ipm, min_max, model_replacement, alie or 'alie(z=1)'.",
            valueName: "attack"))
    package var attack: String?

    @Option(
        help: ArgumentHelp(
            "Which agents: a share such as 0.2, ids such as a,b, or cluster:NAME:COUNT of a declared group.", valueName: "agents")
    )
    package var attackers: String?

    package init() {}

    /// Who attacks, if anybody.
    package func plan(for folder: FederationFolder, _ recipe: Recipe) throws(OperatorError) -> AttackPlan? {
        guard let attack else {
            guard attackers == nil else { throw .usage("--attackers says who; say with --attack what they do") }
            return nil
        }
        do {
            return try AttackPlan(
                attack, attackers: attackers ?? "0.2", among: folder.manifest.shards.map { ($0.id, $0.truth) }, recipe: recipe)
        } catch {
            throw .usage(error.description)
        }
    }
}
