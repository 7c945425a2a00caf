import RTMPIngest
import Testing

@Suite("A command")
struct RTMPCommandTests {
    private func read(_ type: MessageType, _ bytes: [UInt8]) -> RTMPCommand? {
        RTMPCommand(type, bytes.span.bytes, limits: RTMPLimits())
    }

    private let call = ClientBytes.payload("createStream", 4, .null, [.string("a"), .boolean(true)])

    @Test("is read from type 20, and from type 17 with its format byte or without")
    func types() {
        let expected = RTMPCommand(
            name: "createStream", transaction: 4, object: .null, arguments: [.string("a"), .boolean(true)])
        #expect(self.read(.commandAMF0, self.call) == expected)
        #expect(self.read(.commandAMF3, [0] + self.call) == expected)
        #expect(self.read(.commandAMF3, self.call) == expected)
    }

    @Test("of type 17 may switch to AMF3 for single values")
    func switches() {
        let bytes = [0] + ClientBytes.payload("f", 1) + [17, 4, 7]
        #expect(self.read(.commandAMF3, bytes)?.arguments == [.number(7)])
    }

    @Test("without transaction and object wants no answer and is about nothing")
    func short() {
        let command = self.read(.commandAMF0, ClientBytes.amf([.string("f")]))
        #expect(command == RTMPCommand(name: "f", transaction: 0, object: .null, arguments: []))
    }

    @Test("without a name is none")
    func nameless() {
        #expect(self.read(.commandAMF0, []) == nil)
        #expect(self.read(.commandAMF0, [0, 0, 0, 0, 0, 0, 0, 0, 0]) == nil)
        #expect(self.read(.commandAMF0, [0xEE]) == nil)
        #expect(self.read(.commandAMF3, [0]) == nil)
    }

    @Test("keeps what stands before garbage")
    func garbage() {
        #expect(self.read(.commandAMF0, self.call + [0xEE, 0xEE])?.arguments.count == 2)
    }
}
