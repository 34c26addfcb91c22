// SPDX-License-Identifier: Apache-2.0
import EngramOperator
import Foundation
import Testing

@Suite(.timeLimit(.minutes(5))) struct OutputTests {
    @Test("a reader that has gone away is no failure")
    func brokenPipe() throws {
        signal(SIGPIPE, SIG_IGN)
        let pipe = Pipe()
        Output.write("one\n", to: pipe.fileHandleForWriting)
        #expect(String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self) == "one\n")
        try pipe.fileHandleForReading.close()
        Output.write("two\n", to: pipe.fileHandleForWriting)
    }
}
