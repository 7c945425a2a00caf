import Foundation

/// What the process holds, by the kernel's account.
var residentByteCount: Int {
    get throws {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        return (Int(text.split(separator: " ")[1]) ?? 0) * 4096
    }
}

/// Whether this is a process of AddressSanitizer, whose memory grows by what was given back.
let holdsFreedMemory = dlsym(nil, "__asan_init") != nil
