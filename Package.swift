// swift-tools-version: 6.2
import PackageDescription

// The house rules of every Swift target; docs/STYLE.md says why each is here.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// For modules that hold no pointers of their own: every unsafe use has to be spelled out.
let strictAndMemorySafe = strict + [.strictMemorySafety()]

let package = Package(
    name: "podo",
    products: [.executable(name: "podo", targets: ["podo"])],
    targets: [
        // Row 0: C shims, no logic.
        .target(name: "CLinux"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl"),
        .systemLibrary(name: "CNGHTTP2", pkgConfig: "libnghttp2"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib"),
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq"),
        .systemLibrary(name: "CLibAV", pkgConfig: "libavformat"),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl"),
        .systemLibrary(name: "CArgon2", pkgConfig: "libargon2"),

        // Row 1: no I/O of the network, no Foundation.
        .target(name: "Primitives", dependencies: ["CLinux"], swiftSettings: strictAndMemorySafe),
        .target(name: "Observability", dependencies: ["CLinux", "Primitives"], swiftSettings: strictAndMemorySafe),

        // Row 2: what media is; keys and codes; threads, sockets, TLS.
        .target(name: "MediaTypes", dependencies: ["Primitives"], swiftSettings: strictAndMemorySafe),
        .target(name: "Crypto", dependencies: ["CArgon2", "COpenSSL", "Primitives"], swiftSettings: strict),
        .target(
            name: "Reactor", dependencies: ["CLinux", "COpenSSL", "Primitives", "Observability"],
            swiftSettings: strict),

        // Row 3: protocols that features are served through.
        .target(
            name: "HTTPServer", dependencies: ["CNGHTTP2", "CZlib", "Primitives", "Observability", "Reactor"],
            swiftSettings: strict),

        .target(
            name: "HTTPClient", dependencies: ["CCurl", "Primitives", "Observability", "Reactor"],
            swiftSettings: strict),

        .target(
            name: "Postgres", dependencies: ["CLibPQ", "CLinux", "Primitives", "Observability", "Reactor"],
            swiftSettings: strict),

        // Row 4: what the features that sell have in common.
        .target(
            name: "Commerce",
            dependencies: ["Primitives", "Observability", "Crypto", "Reactor", "HTTPServer", "Postgres"],
            swiftSettings: strict),

        // Row 5: features, which never import each other.
        .target(
            name: "RTMPIngest", dependencies: ["Primitives", "Observability", "MediaTypes", "Crypto", "Reactor"],
            swiftSettings: strict),

        .target(
            name: "Auth",
            dependencies: [
                "Primitives", "Observability", "Crypto", "Reactor", "HTTPServer", "HTTPClient", "Postgres",
            ],
            swiftSettings: strict),

        .target(
            name: "HLSPackager",
            dependencies: [
                "CLibAV", "CLinux", "Primitives", "Observability", "MediaTypes", "Crypto", "Reactor", "HTTPServer",
            ],
            swiftSettings: strict),

        .target(
            name: "Ticketing",
            dependencies: [
                "Primitives", "Observability", "Crypto", "Reactor", "HTTPServer", "Postgres", "Commerce",
            ],
            swiftSettings: strict),

        .target(
            name: "Payments",
            dependencies: [
                "Primitives", "Observability", "Crypto", "Reactor", "HTTPServer", "HTTPClient", "Postgres",
                "Commerce",
            ],
            swiftSettings: strict),

        // Row 6: wiring.
        .executableTarget(
            name: "podo",
            dependencies: [
                "CLinux", "Primitives", "Observability", "MediaTypes", "Crypto", "Reactor", "HTTPServer",
                "HTTPClient", "Postgres", "Commerce", "RTMPIngest", "HLSPackager", "Auth", "Ticketing", "Payments",
            ],
            swiftSettings: strict),

        .target(
            name: "TestSupport", dependencies: ["COpenSSL", "Primitives"], path: "Tests/TestSupport",
            swiftSettings: strict),
        .testTarget(name: "PrimitivesTests", dependencies: ["Primitives", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "ObservabilityTests", dependencies: ["Observability", "Primitives", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ReactorTests", dependencies: ["Reactor", "CLinux", "Primitives", "Observability", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "HTTPServerTests",
            dependencies: ["HTTPServer", "CNGHTTP2", "Reactor", "Primitives", "Observability", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "HTTPClientTests",
            dependencies: ["HTTPClient", "HTTPServer", "Reactor", "Primitives", "Observability", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "PostgresTests", dependencies: ["Postgres", "Reactor", "Primitives", "Observability", "TestSupport"],
            swiftSettings: strict),
        .testTarget(name: "MediaTypesTests", dependencies: ["MediaTypes", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "CryptoTests", dependencies: ["Crypto", "Primitives", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "AuthTests",
            dependencies: [
                "Auth", "Crypto", "HTTPServer", "HTTPClient", "Postgres", "Reactor", "Observability", "Primitives",
                "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "CommerceTests",
            dependencies: [
                "Commerce", "Crypto", "HTTPServer", "Postgres", "Reactor", "Observability", "Primitives", "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "TicketingTests",
            dependencies: [
                "Ticketing", "Auth", "Commerce", "Crypto", "HTTPServer", "Postgres", "Reactor", "Observability",
                "Primitives", "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "PaymentsTests",
            dependencies: [
                "Payments", "Auth", "Commerce", "Crypto", "HTTPServer", "HTTPClient", "Postgres", "Reactor",
                "Observability", "Primitives", "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SaleTests",
            dependencies: [
                "Ticketing", "Payments", "Auth", "Commerce", "Crypto", "HTTPServer", "Postgres", "Reactor",
                "Observability", "Primitives", "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "RTMPIngestTests",
            dependencies: [
                "RTMPIngest", "MediaTypes", "Crypto", "Reactor", "Primitives", "Observability", "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "HLSPackagerTests",
            dependencies: [
                "HLSPackager", "MediaTypes", "Primitives", "Observability", "Reactor", "HTTPServer", "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "PodoTests",
            dependencies: [
                "podo", "Auth", "Commerce", "Ticketing", "Payments", "HLSPackager", "RTMPIngest", "MediaTypes",
                "Crypto", "HTTPServer", "HTTPClient",
                "Postgres", "Reactor", "Primitives", "Observability", "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(name: "TidyTests", dependencies: ["TestSupport"], swiftSettings: strict),
        .testTarget(name: "TestSupportTests", dependencies: ["TestSupport", "Primitives"], swiftSettings: strict),

        // What must hold of any input: fuzzed by the targets below, replayed from fixtures/fuzz by a test.
        .target(
            name: "FuzzProperties",
            dependencies: [
                "Auth", "Crypto", "HTTPServer", "RTMPIngest", "MediaTypes", "Primitives", "Observability", "Reactor",
            ],
            path: "Fuzz/Properties", swiftSettings: strict),
        .testTarget(
            name: "FuzzReplayTests", dependencies: ["FuzzProperties", "TestSupport"], swiftSettings: strict),
    ]
)

// Fuzz targets are libFuzzer's programs; only `Fuzz/run` asks for them, an ordinary build never sees them.
if Context.environment["DEV_TARGETS"] != nil {
    package.targets += [
        "Canary", "Codecs", "HTTP1", "HTTP2", "HTTPText", "JSON", "Tokens", "FLV", "AMF", "RTMPSession", "RTMPChunk",
        "RTMPHandshake",
    ].map { name in
        .executableTarget(
            name: "Fuzz" + name, dependencies: name == "Canary" ? [] : ["FuzzProperties"], path: "Fuzz/" + name,
            swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])])
    }
}

// Programs that prove the ingest: `Tests/EndToEnd/run` and `Benchmarks/run` need them, the product does not.
if Context.environment["INGEST_TOOLS"] != nil {
    package.targets += [
        .executableTarget(
            name: "HLSBurst", dependencies: ["CLinux"], path: "Benchmarks/HLSBurst", swiftSettings: strict),
        .executableTarget(
            name: "IngestProbe", dependencies: ["CZlib", "MediaTypes", "Observability", "RTMPIngest", "Reactor"],
            path: "Benchmarks/IngestProbe", swiftSettings: strict),
        .executableTarget(
            name: "IngestParse", dependencies: ["MediaTypes", "Primitives", "RTMPIngest"],
            path: "Benchmarks/IngestParse", swiftSettings: strict),
        .executableTarget(
            name: "MuxerCost", dependencies: ["HLSPackager", "MediaTypes"], path: "Benchmarks/MuxerCost",
            swiftSettings: strict),
        .executableTarget(
            name: "PackagerCost", dependencies: ["HLSPackager", "MediaTypes", "Primitives"],
            path: "Benchmarks/PackagerCost", swiftSettings: strict),
        .executableTarget(
            name: "PackagerDay", dependencies: ["HLSPackager", "MediaTypes", "Primitives"],
            path: "Benchmarks/PackagerDay", swiftSettings: strict),
        .executableTarget(
            name: "PlaybackCost", dependencies: ["Auth", "Crypto", "Primitives"], path: "Benchmarks/PlaybackCost",
            swiftSettings: strict),
        .executableTarget(
            name: "TokenCost", dependencies: ["Auth", "Crypto", "HTTPServer", "Primitives"],
            path: "Benchmarks/TokenCost", swiftSettings: strict),
        .executableTarget(
            name: "PostgresLoad", dependencies: ["Observability", "Postgres", "Primitives", "Reactor"],
            path: "Benchmarks/PostgresLoad", swiftSettings: strict),
        .executableTarget(
            name: "RTMPPublish", dependencies: ["CZlib", "TestSupport"], path: "Benchmarks/RTMPPublish",
            swiftSettings: strict),
    ]
}

// `SUITES=AuthTests,PostgresTests`: these tests and what they need, and nothing else. For whoever works on a part, and
// for suites that are also run with the optimiser or a sanitizer, for which a build of everything takes too long.
if let suites = Context.environment["SUITES"] {
    var wanted = Set(suites.split(separator: ",").map(String.init))
    var wantedCount = 0
    while wanted.count > wantedCount {
        wantedCount = wanted.count
        for target in package.targets where wanted.contains(target.name) {
            for case .byNameItem(let name, _) in target.dependencies { wanted.insert(name) }
        }
    }
    package.targets.removeAll { !wanted.contains($0.name) }
    package.products.removeAll { !wanted.contains($0.name) }
}
