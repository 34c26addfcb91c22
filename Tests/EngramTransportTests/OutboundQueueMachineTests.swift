// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EngramTransport

@Suite(.timeLimit(.minutes(5)))
struct OutboundQueueMachineTests {
    @Test func smallMessagesAreJoined() {
        var machine = OutboundQueueMachine(limit: 1000, batch: 10)
        #expect(machine.isIdle)
        for byte in UInt8(0)..<6 { expect(&machine, takes: [byte, byte, byte], as: .accepted) }
        #expect(machine.waitingBytes == 18)
        expect(&machine, says: .write([0, 0, 0, 1, 1, 1, 2, 2, 2]))
        expect(&machine, says: .write([3, 3, 3, 4, 4, 4, 5, 5, 5]))
        #expect(machine.waitingBytes == 0)
        expect(&machine, says: .wait)
    }

    @Test func overflowCuts() {
        var machine = OutboundQueueMachine(limit: 10)
        // An empty queue takes one message of any size, or it could never be sent.
        expect(&machine, takes: [UInt8](repeating: 0, count: 50), as: .accepted)
        expect(&machine, takes: [1], as: .overflowed)
        expect(&machine, says: .cut(.outboundOverflow(bytes: 51, limit: 10)))
        expect(&machine, takes: [1], as: .ended)
        machine.cut(.closed)
        #expect(machine.cutReason == .outboundOverflow(bytes: 51, limit: 10))
    }

    @Test func bulkSourcesTakeTurnsBehindControl() throws {
        var machine = OutboundQueueMachine(limit: 100)
        let addedA = machine.addBulk()
        let addedB = machine.addBulk()
        let addedC = machine.addBulk()
        let a = try #require(addedA)
        let b = try #require(addedB)
        let c = try #require(addedC)
        expect(&machine, says: .pull(a))
        expect(&machine, takes: [7], as: .accepted)
        expect(&machine, says: .write([7]))
        expect(&machine, says: .pull(b))
        machine.removeBulk(b)
        expect(&machine, says: .pull(c))
        expect(&machine, says: .pull(a))
        machine.removeBulk(a)
        expect(&machine, says: .pull(c))
        expect(&machine, says: .pull(c))
        machine.finish()
        let late = machine.addBulk()
        #expect(late == nil)
        expect(&machine, takes: [1], as: .ended)
        expect(&machine, says: .pull(c))
        machine.removeBulk(c)
        expect(&machine, says: .finished)
    }

    private func expect(
        _ machine: inout OutboundQueueMachine, says step: OutboundQueueMachine.Step, at place: SourceLocation = #_sourceLocation
    ) {
        let said = machine.next()
        #expect(said == step, sourceLocation: place)
    }

    private func expect(
        _ machine: inout OutboundQueueMachine, takes message: [UInt8], as verdict: OutboundQueueMachine.Verdict,
        at place: SourceLocation = #_sourceLocation
    ) {
        let given = machine.enqueue(message)
        #expect(given == verdict, sourceLocation: place)
    }
}
