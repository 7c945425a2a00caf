import FuzzProperties
import TestSupport
import Testing

/// Every seed, and everything that fuzzing ever found, once more: what was repaired stays repaired.
struct FuzzReplayTests {
    static let properties: [any FuzzProperty.Type] = [
        CodecsProperty.self, HTTP1Property.self, HTTP2Property.self, HTTPTextProperty.self, JSONProperty.self,
        FLVProperty.self, AMFValueProperty.self, RTMPSessionProperty.self, RTMPHandshakeProperty.self,
        RTMPChunkProperty.self, TokenProperty.self,
    ]

    @Test("Every input of the corpus keeps its property", arguments: properties.indices)
    func replay(index: Int) throws {
        let property = Self.properties[index]
        let files = try Fixtures.files(in: "fuzz/" + property.name)
        #expect(!files.isEmpty)
        for file in files {
            let violation = property.violation(of: file.bytes)
            #expect(violation == nil, "fixtures/fuzz/\(property.name)/\(file.name)")
        }
    }
}
