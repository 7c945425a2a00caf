/// An event name as the key of a table: equal when the text is, without making a `String` of it.
struct LogEventName: Hashable, Sendable {
    let text: StaticString

    init(_ text: StaticString) { self.text = text }

    func hash(into hasher: inout Hasher) {
        self.text.withUTF8Buffer { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    static func == (left: LogEventName, right: LogEventName) -> Bool {
        left.text.withUTF8Buffer { leftBytes in
            right.text.withUTF8Buffer { unsafe leftBytes.elementsEqual($0) }
        }
    }
}
