// SPDX-License-Identifier: Apache-2.0

extension Recipe {
    /// Why models cannot travel as coded steps with this recipe, or nil.
    var downObjection: String? {
        guard down != nil else { return nil }
        if grouping.remakesModels {
            return
                "codec.down tells agents in parts how far a model moved, and grouping '\(type(of: grouping).name)' makes all models "
                + "anew in every round: they would travel whole all the same; leave it empty"
        }
        if !training.sendsUpdates {
            return
                "codec.down tells agents in parts how far a model moved, and training '\(type(of: training).name)' solves for it anew: "
                + "leave it empty"
        }
        if sharing is ShareNothing { return "codec.down codes the model, and sharing 'none' lets none travel; leave it empty" }
        return nil
    }
}
