// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser

/// `engram data`.
package struct DataCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Make shards and federation folders, and look into them.",
        subcommands: [DataImportCommand.self, DataPartitionCommand.self, DataDevicesCommand.self, DataInspectCommand.self])

    package init() {}
}

/// `engram data import`.
package struct DataImportCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Read IDX, npy/npz, CSV, or people's responses to images.",
        discussion: """
            idx, npy and csv make one data set file, which engram data partition then divides among agents. observers makes a federation
            folder at once: one shard per person.
            """,
        subcommands: [ImportIdxCommand.self, ImportNpyCommand.self, ImportCSVCommand.self, ImportObserversCommand.self])

    package init() {}
}
