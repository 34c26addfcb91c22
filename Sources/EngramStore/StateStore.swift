// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
package import EngramWire

/// What a coordinator remembers between two starts.
///
/// Every verb is one transaction: it happened whole or not at all, also when the process or the power goes in the middle. Verbs
/// block (SQLite, fsync), so callers run them on a thread of their own, never on the cooperative pool. All times are seconds
/// since 1970 and come from the caller. What a verb returned from is durable, but for those marked *relaxed*, which a loss of
/// power (not a crash of the process) may undo; the next durable verb makes them durable too.
package protocol StateStore: Sendable {
    // MARK: Tokens

    /// - Throws: `.tokenExists`
    func createToken(_ token: EnrolmentToken) throws(StoreError)
    /// Uses the token up for `name`.
    /// - Returns: the token as it is now.
    /// - Throws: `.tokenUnknown`, `.tokenUsed`, `.tokenExpired` (from `expires` on), `.tokenForOtherRole`
    @discardableResult
    func redeemToken(_ secretHash: Digest, for name: String, role: IdentityRole, at: Double) throws(StoreError) -> EnrolmentToken
    /// Uses the token up and issues the identity, both or neither.
    /// - Throws: what `redeemToken` and `issueIdentity` throw.
    func enrol(_ identity: Identity, with secretHash: Digest, superseding: Bool, at: Double) throws(StoreError)
    /// Every token, the oldest first.
    func tokens() throws(StoreError) -> [EnrolmentToken]
    /// Forgets the unused tokens with this label.
    /// - Returns: how many there were.
    @discardableResult
    func withdrawTokens(labelled: String) throws(StoreError) -> Int

    // MARK: Identities

    /// Records a certificate that was just signed.
    /// - Parameter superseding: whether an active identity of the same name *and role* gives way (re-enrolment, rotation).
    /// - Throws: `.nameInUse` when it may not, `.serialInUse`
    func issueIdentity(_ identity: Identity, superseding: Bool) throws(StoreError)
    /// Revokes every certificate of the name that is not revoked yet, superseded ones included.
    /// - Returns: those revoked now: close their connections.
    /// - Throws: `.identityUnknown`
    @discardableResult
    func revoke(_ name: String, reason: String) throws(StoreError) -> [Identity]
    /// One look-up in an index: cheap enough for every handshake.
    func identity(serial: String) throws(StoreError) -> Identity?
    func activeIdentity(named: String) throws(StoreError) -> Identity?
    /// Every certificate issued, by name, the oldest first.
    func identities() throws(StoreError) -> [Identity]

    // MARK: Runs

    /// A waiting run with no round and no snapshot.
    /// - Throws: `.runExists`
    func createRun(_ id: RunID, name: String, recipe: String, seed: UInt64, at: Double) throws(StoreError)
    func run(_ id: RunID) throws(StoreError) -> RunRecord?
    /// Every run, the oldest first.
    func runs() throws(StoreError) -> [RunRecord]
    /// - Throws: `.runUnknown`, `.runCannotBecome`
    func setRunState(_ id: RunID, _ state: RunState, failure: String?, at: Double) throws(StoreError)
    /// The snapshot saved last; nil before the first.
    func snapshot(of run: RunID) throws(StoreError) -> [UInt8]?
    /// Saves a snapshot between two commits.
    /// - Parameter round: the last committed round as the caller knows it; another one is refused.
    /// - Throws: `.runUnknown`, `.runOver`, `.roundOutOfOrder`
    func saveSnapshot(_ snapshot: [UInt8], of run: RunID, after round: Int, at: Double) throws(StoreError)

    // MARK: Rounds

    /// Closes a round: snapshot, summary, lineage and state are written, and the uploads of this and earlier rounds forgotten.
    ///
    /// Remove their files from the spool afterwards.
    /// - Throws: `.runUnknown`, `.runOver`, `.runCannotBecome`, `.roundOutOfOrder` unless the round is the last committed one
    ///   plus one
    func commitRound(_ commit: RoundCommit) throws(StoreError)
    /// In the order of the rounds.
    func roundSummaries(of run: RunID) throws(StoreError) -> [RoundSummary]
    /// In the order in which the changes happened.
    func lineage(of run: RunID) throws(StoreError) -> [LineageRecord]

    // MARK: Uploads

    /// Counts an upload. *Relaxed.*
    /// - Returns: false when this very upload was recorded before.
    /// - Throws: `.uploadConflict` when another digest was recorded, `.roundCommitted`, `.runUnknown`, `.runOver`
    @discardableResult
    func recordUpload(_ upload: UploadRecord) throws(StoreError) -> Bool
    /// In the order of the agents' ids.
    func uploads(of run: RunID, round: Int) throws(StoreError) -> [UploadRecord]
    /// Forgets an upload whose file turned out to be damaged, so that the agent may send it again. *Relaxed.*
    func forgetUpload(_ key: UploadKey) throws(StoreError)

    // MARK: Reports

    /// Replaces the agent's last report. *Relaxed.*
    /// - Throws: `.runUnknown`
    func saveReport(_ report: AgentReport, of run: RunID) throws(StoreError)
    /// In the order of the agents' ids.
    func reports(of run: RunID) throws(StoreError) -> [AgentReport]
}
