import RTMPIngest
import Testing

@Suite("Message types")
struct MessageTypeTests {
    @Test("have the numbers of the specification")
    func numbers() {
        #expect(MessageType.setChunkSize.rawValue == 1)
        #expect(MessageType.aggregate.rawValue == 22)
    }
}
