// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EngramTransport

@Suite(.timeLimit(.minutes(5)))
struct BackoffTests {
    @Test func doublesWithJitterUpToTheLongest() {
        var generator = SplitMix64(state: 1)
        var backoff = Backoff(first: .milliseconds(100), longest: .seconds(1))
        var ceilings: [Duration] = [.milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(800)]
        ceilings += [Duration](repeating: .seconds(1), count: 100)
        for ceiling in ceilings {
            let pause = backoff.next(using: &generator)
            #expect(pause >= ceiling / 2 && pause <= ceiling)
        }
        backoff.reset()
        #expect(backoff.next(using: &generator) <= .milliseconds(100))
        #expect(backoff.attempts == 1)
    }

    @Test func equalGeneratorsGiveEqualPauses() {
        var first = SplitMix64(state: 5)
        var second = SplitMix64(state: 5)
        var a = Backoff()
        var b = Backoff()
        for _ in 0..<20 { #expect(a.next(using: &first) == b.next(using: &second)) }
    }
}
