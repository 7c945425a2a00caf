/// Cuts what the server writes to standard error into lines. What is beyond the bound of a line is left out.
struct ServerLogLines {
    private var line: [UInt8] = []
    private var previous: ServerLogLine?
    private let byteCountMax: Int

    init(byteCountMax: Int) { self.byteCountMax = byteCountMax }

    /// Calls `take` with every line that is complete now.
    mutating func append(_ bytes: some Sequence<UInt8>, _ take: (ServerLogLine) -> Void) {
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                if !self.line.isEmpty {
                    let text = String(decoding: self.line, as: UTF8.self)
                    let whole = ServerLogLine(text, after: self.previous)
                    self.previous = whole
                    take(whole)
                }
                self.line.removeAll(keepingCapacity: true)
            } else if self.line.count < self.byteCountMax {
                self.line.append(byte)
            }
        }
    }
}
