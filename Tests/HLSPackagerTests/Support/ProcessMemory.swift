import Foundation

/// What the process holds, by the kernel's account.
var residentByteCount: Int {
    get throws {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        return (Int(text.split(separator: " ")[1]) ?? 0) * 4096
    }
}
