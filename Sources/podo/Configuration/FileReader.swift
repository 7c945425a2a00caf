internal import Glibc

/// Why a file could not be read, as the second half of a sentence.
struct FileReadError: Error, Equatable {
    let reason: String
}

/// Small files, read whole.
enum FileReader {
    /// The file's text; a file that is larger than allowed or not UTF-8 is refused.
    static func text(_ path: String, byteCountMax: Int) throws(FileReadError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.lastError() }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Self.lastError() }
            if count == 0 { break }
            bytes.append(contentsOf: chunk[..<count])
            guard bytes.count <= byteCountMax else {
                throw FileReadError(reason: "is larger than \(byteCountMax) bytes")
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw FileReadError(reason: "is not UTF-8") }
        return text
    }

    /// Why a file cannot be read, as the second half of a sentence; nil when it can.
    static func problem(_ path: String) -> String? {
        access(path, R_OK) == 0 ? nil : "cannot be read: \(String(cString: strerror(errno)))"
    }

    private static func lastError() -> FileReadError { FileReadError(reason: String(cString: strerror(errno))) }
}
