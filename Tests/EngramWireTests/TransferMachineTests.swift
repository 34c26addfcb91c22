// SPDX-License-Identifier: Apache-2.0
import EngramWire
import Testing

@Suite(.timeLimit(.minutes(5))) struct TransferMachineTests {
    @Test(arguments: [0, 1, 9, 10, 11, 20, 25], [0, 1, 10])
    func whatOneSideSendsTheOtherTakes(size: Int, offset: Int) throws {
        guard offset <= size else { return }
        var limits = WireLimits()
        limits.chunkBytes = 10
        var outgoing = try OutgoingTransfer(size: UInt64(size), from: UInt64(offset), direction: .download, limits: limits)
        var incoming = try TransferMachine(size: UInt64(size), from: UInt64(offset), limit: 100)
        var pieces = 0
        while let piece = outgoing.next() {
            #expect(piece.range.lowerBound == Int(incoming.offset))
            try incoming.accept(count: piece.range.count, isLast: piece.isLast)
            pieces += 1
        }
        #expect(outgoing.isComplete && incoming.isComplete && incoming.offset == UInt64(size))
        #expect(pieces == max(1, (size - offset + 9) / 10))
    }

    @Test func anUploadWithNothingMissingSendsNothing() throws {
        var outgoing = try OutgoingTransfer(size: 5, from: 5, direction: .upload, limits: WireLimits())
        #expect(outgoing.next() == nil && outgoing.isComplete)
        #expect(throws: WireError.self) { try OutgoingTransfer(size: 5, from: 6, direction: .upload, limits: WireLimits()) }
        #expect(throws: WireError.self) { try OutgoingTransfer(size: .max, from: 6, direction: .upload, limits: WireLimits()) }
    }

    @Test func refusesChunksOutOfOrder() throws {
        var transfer = try TransferMachine(size: 10, from: 2, limit: 10)
        let before = transfer
        #expect(throws: WireError.self) { try transfer.accept(count: 9, isLast: true) }
        #expect(throws: WireError.self) { try transfer.accept(count: 0, isLast: false) }
        #expect(throws: WireError.self) { try transfer.accept(count: 7, isLast: true) }
        #expect(throws: WireError.self) { try transfer.accept(count: 8, isLast: false) }
        #expect(transfer == before)
        try transfer.accept(count: 8, isLast: true)
        #expect(throws: WireError.self) { try transfer.accept(count: 0, isLast: true) }
    }

    @Test func unknownSizesEndWithTheLastChunk() throws {
        var transfer = try TransferMachine(size: nil, from: 0, limit: 10)
        try transfer.accept(count: 6, isLast: false)
        #expect(throws: WireError.self) { try transfer.accept(count: 5, isLast: true) }
        try transfer.accept(count: 4, isLast: false)
        try transfer.accept(count: 0, isLast: true)
        #expect(transfer.isComplete)
    }

    @Test func refusesSizesOverTheLimit() {
        #expect(throws: WireError.self) { try TransferMachine(size: 11, from: 0, limit: 10) }
        #expect(throws: WireError.self) { try TransferMachine(size: 5, from: 6, limit: 10) }
        #expect(throws: WireError.self) { try TransferMachine(size: nil, from: .max, limit: 10) }
    }
}
