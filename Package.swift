// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// Every target gets the same strict settings (docs/architecture.md, "Compiler settings").
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

func product(_ name: String, _ package: String) -> Target.Dependency { .product(name: name, package: package) }
let argumentParser = product("ArgumentParser", "swift-argument-parser")
let logging = product("Logging", "swift-log")
let lifecycle = product("ServiceLifecycle", "swift-service-lifecycle")
let yams = product("Yams", "Yams")
let grdb = product("GRDB", "GRDB.swift")
let hummingbird = product("Hummingbird", "hummingbird")
let hummingbirdCore = product("HummingbirdCore", "hummingbird")
let nio = product("NIOCore", "swift-nio")

let package = Package(
    name: "engram",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "engramd", targets: ["engramd"]),
        .executable(name: "engram-agent", targets: ["engram-agent"]),
        .executable(name: "engram", targets: ["engram"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-nio", from: "2.81.0"),
    ],
    targets: [
        // System libraries and C
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CShims", dependencies: ["COpenSSL"]),
        .target(name: "CKernels", cSettings: [.unsafeFlags(["-O3", "-ffp-contract=off"])]),

        // Pure core: imports only point up this list
        .target(name: "EngramBytes", dependencies: ["CZlib", "COpenSSL"]),
        .target(name: "EngramTensors", dependencies: ["EngramBytes", "CKernels"]),
        .target(name: "EngramLearning", dependencies: ["EngramTensors", "EngramBytes", "CKernels"]),
        .target(name: "EngramWire", dependencies: ["EngramTensors", "EngramBytes", "CKernels"]),
        .target(name: "EngramFederation", dependencies: ["EngramWire", "EngramLearning", "EngramTensors", "EngramBytes", yams]),

        // Edges: each wraps one outside thing
        .target(name: "EngramLocks"),
        .target(name: "EngramSockets", dependencies: ["CShims", "EngramLocks"]),
        .target(name: "EngramTLS", dependencies: ["COpenSSL", "CShims", "EngramLocks"]),
        .target(
            name: "EngramTransport", dependencies: ["EngramSockets", "EngramTLS", "EngramWire", "EngramBytes", "EngramLocks"]),
        .target(name: "EngramStore", dependencies: ["EngramWire", "EngramBytes", "EngramLocks", grdb]),
        // What pages are made of: style sheet and modules, embedded in the executables (docs/decisions/015-pictures.md)
        .target(name: "EngramPictures", resources: [.embedInCode("Modules")]),
        .target(name: "EngramLogging", dependencies: [logging, argumentParser]),
        .target(
            name: "EngramStatus",
            dependencies: [
                "EngramFederation", "EngramPictures", "EngramWire", "EngramBytes", "EngramSockets", "EngramLocks", logging,
                lifecycle,
                hummingbird,
                hummingbirdCore, nio,
            ], resources: [.embedInCode("Page")]),

        // Composition
        .target(
            name: "EngramCoordinator",
            dependencies: [
                "EngramLocks", "EngramStatus",
                "EngramFederation", "EngramWire", "EngramTransport", "EngramStore", "EngramTLS", "EngramSockets", "EngramTensors",
                "EngramLearning", "EngramBytes", logging, lifecycle,
            ]),
        .target(
            name: "EngramAgent",
            dependencies: [
                "EngramLocks",
                "EngramFederation", "EngramWire", "EngramTransport", "EngramTLS", "EngramSockets", "EngramLearning",
                "EngramTensors",
                "EngramBytes", logging, lifecycle,
            ]),
        .target(
            name: "EngramOperator",
            dependencies: [
                "CShims", "EngramLocks", "EngramPictures",
                "EngramFederation", "EngramWire", "EngramTransport", "EngramTLS", "EngramSockets", "EngramLearning",
                "EngramTensors",
                "EngramBytes", argumentParser,
            ]),

        // Executables: parse, build, run
        .executableTarget(
            name: "engramd",
            dependencies: [
                "EngramCoordinator", "EngramTransport", "EngramStore", "EngramSockets", "EngramTLS", "EngramWire", "EngramStatus",
                "EngramLogging", argumentParser, logging, lifecycle,
            ]),
        .executableTarget(
            name: "engram-agent",
            dependencies: [
                "EngramAgent", "EngramFederation", "EngramTransport", "EngramSockets", "EngramWire", "EngramLogging",
                argumentParser, logging, lifecycle,
            ]),
        .executableTarget(name: "engram", dependencies: ["EngramOperator", argumentParser]),

        // Tests
        .testTarget(name: "EngramBytesTests", dependencies: ["EngramBytes"]),
        .testTarget(name: "EngramTensorsTests", dependencies: ["EngramTensors", "EngramBytes", "CKernels"]),
        .testTarget(name: "EngramLearningTests", dependencies: ["EngramLearning", "EngramTensors", "EngramBytes"]),
        .testTarget(name: "EngramWireTests", dependencies: ["EngramWire", "EngramTensors", "EngramBytes"]),
        .testTarget(
            name: "EngramFederationTests",
            dependencies: ["EngramFederation", "EngramWire", "EngramLearning", "EngramTensors", "EngramBytes"]),
        .testTarget(name: "EngramLocksTests", dependencies: ["EngramLocks"]),
        .testTarget(name: "EngramSocketsTests", dependencies: ["EngramSockets", "EngramLocks"]),
        .testTarget(name: "EngramTLSTests", dependencies: ["EngramTLS"]),
        .testTarget(
            name: "EngramTransportTests",
            dependencies: ["EngramTransport", "EngramSockets", "EngramTLS", "EngramWire", "EngramBytes", "EngramLocks"]),
        .testTarget(name: "EngramStoreTests", dependencies: ["EngramStore", "EngramWire", "EngramBytes", grdb]),
        .testTarget(name: "EngramPicturesTests", dependencies: ["EngramPictures"]),
        .testTarget(name: "EngramLoggingTests", dependencies: ["EngramLogging", logging]),
        .testTarget(
            name: "EngramStatusTests",
            dependencies: [
                "EngramStatus", "EngramFederation", "EngramWire", "EngramSockets", "EngramLearning", "EngramTensors",
                "EngramBytes",
                "EngramLocks", logging, lifecycle,
            ], exclude: ["Samples"]),
        .testTarget(
            name: "EngramOperatorTests",
            dependencies: [
                "EngramOperator", "EngramPictures", "EngramFederation", "EngramWire", "EngramLearning", "EngramTensors",
                "EngramBytes",
                "EngramLocks",
            ]),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "EngramCoordinator", "EngramAgent", "EngramOperator", "EngramFederation", "EngramTransport", "EngramStore",
                "EngramTLS",
                "EngramSockets", "EngramWire", "EngramLearning", "EngramTensors", "EngramBytes", "EngramStatus", "EngramLocks",
                "engramd", "engram-agent", "engram", logging, lifecycle,
            ], exclude: ["Fixtures"]),
    ]
)

for target in package.targets where ![.system].contains(target.type) {
    let isSwift = !target.name.hasPrefix("C")
    if isSwift { target.swiftSettings = strict }
}
