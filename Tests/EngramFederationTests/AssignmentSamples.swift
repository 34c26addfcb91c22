// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramWire

@testable import EngramFederation

extension Assignment {
    /// Work on slot c1 and further slots for given uses.
    static func toy(
        round: Int, base: Int, trains: Bool = true, more: [(SlotID, Offers.Use)] = [], choosesHome: Bool = false,
        shares: Bool = false, describes: Bool = false
    ) -> Assignment {
        let uses = [(SlotID.cluster(1), Offers.Use.home)] + more
        return Assignment(
            run: RunID(checked: "toy"), round: round, base: base, trains: trains, choosesHome: choosesHome,
            shares: shares, describes: describes,
            offers: uses.map { slot, use in
                .init(slot: slot, version: 0, model: Digest(of: []), parent: use == .candidate ? .cluster(1) : nil, use: use)
            },
            living: uses.map(\.0), globalSlot: nil)
    }
}
