// SPDX-License-Identifier: Apache-2.0
import EngramAgent
import EngramBytes
import EngramFederation
import EngramTensors
import EngramWire
import Testing

extension Hostile {
    /// Steps that are damaged, gone, or lead elsewhere: the agent fetches the whole model instead.
    @Suite struct SpoiltStepTests {
        private struct Gone: Error {}

        private let before: [UInt8], model: [UInt8], step: [UInt8]

        init() throws {
            let layout = try ParameterLayout(tensors: [TensorSpec(name: "w", shape: [40])])
            let old = try ParameterSet(layout: layout, values: (0..<40).map { Float($0) })
            before = old.safetensors(metadata: [:])
            step = Self.step(0.25)
            model = try ModelStep(decoding: step, limits: WireLimits()).applied(to: before)
        }

        private static func step(_ length: Float) -> [UInt8] {
            Parcel(tensors: [UpdateCodec.exact.pack([Float](repeating: length, count: 40), name: "step")]).encoded()
        }

        /// What an agent gets for the model when the coordinator has this in the step's place, and what it asked for on the way.
        private func got(
            _ answer: [UInt8]?, holding held: [UInt8]? = nil, told: Bool = true
        ) async throws -> (bytes: [UInt8], asked: [Digest]) {
            let shelf = ModelShelf(limits: WireLimits()), log = LogNotes().logger("agent")
            let held = held ?? before
            _ = try await shelf.blob(Digest(of: held), delta: nil, log: log) { _ in held }
            let delta = ModelDelta(from: Digest(of: before), blob: Digest(of: step))
            var asked: [Digest] = []
            func fetch(_ digest: Digest) async throws -> [UInt8] {
                asked.append(digest)
                guard digest != delta.blob else {
                    guard let answer else { throw Gone() }
                    return answer
                }
                return model
            }
            let bytes = try await shelf.blob(Digest(of: model), delta: told ? delta : nil, log: log) { try await fetch($0) }
            // From now on it is held.
            _ = try await shelf.blob(Digest(of: model), delta: delta, log: log) { _ in throw Gone() }
            return (bytes, asked)
        }

        @Test func aGoodStepIsEnough() async throws {
            let (bytes, asked) = try await got(step)
            #expect(bytes == model && asked == [Digest(of: step)])
        }

        @Test func everySpoiltStepIsMadeGood() async throws {
            var answers: [[UInt8]?] = [nil, [], Self.step(0.5), Self.step(.nan), Array(step.dropLast()), step + [0], before]
            // The sign or exponent of one value, and every place before the values.
            for place in Array(0..<step.count - 159) {
                var flipped = step
                flipped[place] ^= 0x10
                answers.append(flipped)
            }
            for answer in answers {
                let (bytes, asked) = try await got(answer)
                #expect(bytes == model && asked == [Digest(of: step), Digest(of: model)])
            }
        }

        @Test func withoutTheVersionBeforeItAsksForTheWhole() async throws {
            for (bytes, asked) in [try await got(step, holding: [1, 2, 3]), try await got(step, told: false)] {
                #expect(bytes == model && asked == [Digest(of: model)])
            }
        }

        /// One step back is held, not more.
        @Test func theShelfHoldsOneWork() async throws {
            let shelf = ModelShelf(limits: WireLimits()), log = LogNotes().logger("agent")
            _ = try await shelf.blob(Digest(of: before), delta: nil, log: log) { _ in before }
            shelf.keep([Digest(of: model)])
            await #expect(throws: Gone.self) {
                _ = try await shelf.blob(Digest(of: before), delta: nil, log: log) { _ in throw Gone() }
            }
        }
    }
}
