internal import Glibc
internal import Synchronization

/// Lines of JSON, gathered and written in large pieces; from any loop.
final class ProbeOutput: Sendable {
    private static let gatheredByteCountMax = 1 << 18

    let detail: ProbeArguments.Detail
    private let descriptor: CInt
    private let gathered = Mutex<[UInt8]>([])

    init(path: String?, detail: ProbeArguments.Detail) {
        self.detail = detail
        guard let path else {
            self.descriptor = 1
            return
        }
        self.descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        if self.descriptor < 0 { fail("cannot write \(path)") }
    }

    func write(line: String) {
        self.gathered.withLock { gathered in
            gathered.append(contentsOf: line.utf8)
            gathered.append(UInt8(ascii: "\n"))
            if gathered.count >= Self.gatheredByteCountMax { Self.empty(&gathered, into: self.descriptor) }
        }
    }

    /// Everything written so far can be read by others.
    func flush() { self.gathered.withLock { Self.empty(&$0, into: self.descriptor) } }

    func end() {
        self.write(line: #"{"what":"stopped"}"#)
        self.flush()
    }

    private static func empty(_ bytes: inout [UInt8], into descriptor: CInt) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress! + offset, bytes.count - offset)
            }
            if count <= 0 { break }
            offset += count
        }
        bytes.removeAll(keepingCapacity: true)
    }

    /// A text as JSON writes it.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case _ where scalar.value < 0x20: result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
