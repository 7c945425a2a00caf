internal import Observability

/// What the command line of the probe says.
struct ProbeArguments {
    /// What is written of the media.
    enum Detail: String {
        /// Every unit.
        case units
        /// One line a publishing, at its end.
        case summary
        /// Nothing.
        case none
    }

    var port: UInt16 = 0
    var securePort: UInt16 = 0
    var certificateFile: String?
    var keyFile: String?
    var loopCount = 1
    /// Standard output when nil.
    var outputPath: String?
    var detail = Detail.units
    var logLevel = LogLevel.info

    /// Ends the program with a sentence when something is not understood.
    init(_ words: [String]) {
        var rest = words[...]
        func value<Value>(_ option: String, _ read: (String) -> Value?) -> Value {
            guard let word = rest.popFirst(), let value = read(word) else { fail("\(option) needs a value") }
            return value
        }
        while let option = rest.popFirst() {
            switch option {
            case "--port": self.port = value(option) { UInt16($0) }
            case "--secure-port": self.securePort = value(option) { UInt16($0) }
            case "--certificate": self.certificateFile = value(option) { $0 }
            case "--key": self.keyFile = value(option) { $0 }
            case "--loops": self.loopCount = value(option) { Int($0).flatMap { $0 > 0 ? $0 : nil } }
            case "--output": self.outputPath = value(option) { $0 }
            case "--detail": self.detail = value(option) { Detail(rawValue: $0) }
            case "--quiet": self.logLevel = .error
            default: fail("what is \(option)?")
            }
        }
    }
}
