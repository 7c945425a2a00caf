internal import Glibc

/// One viewer's connection: what of the present answer has come.
struct BurstClient {
    /// Heads are not longer.
    private static let headByteCountMax = 4096

    let descriptor: CInt
    private(set) var state = State.idle
    /// Of the last answer that came.
    private(set) var bodyByteCount = 0

    enum State {
        case idle
        /// What has come of the answer's head.
        case head([UInt8])
        /// So many bytes of the body are still to come.
        case body(Int)
    }

    /// Connects from one of ten addresses, so that their ports are enough.
    init(number: Int, port: UInt16) {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { fail("no socket \(number): errno \(errno)") }
        let own = Self.address(host: UInt32(2 + number % 10), port: 0)
        let server = Self.address(host: 1, port: port)
        guard Self.with(own, { bind(descriptor, $0, $1) }) == 0,
            Self.with(server, { connect(descriptor, $0, $1) }) == 0,
            fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0
        else { fail("connection \(number) of the viewers fails: errno \(errno)") }
        self.descriptor = descriptor
    }

    mutating func ask(_ request: [UInt8]) {
        let count = request.withUnsafeBytes { send(self.descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
        guard count == request.count else { fail("a request was not sent: errno \(errno)") }
        self.state = .head([])
    }

    /// Takes what has come; true when that ends the answer. Ends the program when it is not a whole 200. What has come
    /// of the body is also added to `body` where one is given.
    mutating func read(_ buffer: UnsafeMutableRawBufferPointer, body: inout [UInt8]?) -> Bool {
        let count = recv(self.descriptor, buffer.baseAddress, buffer.count, 0)
        if count < 0, errno == EAGAIN { return false }
        guard count > 0 else { fail("the server closed a connection, or reset it") }
        var piece = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        var missing = 0
        switch self.state {
        case .idle: fail("an answer came that nobody asked for")
        case .body(let count): missing = count
        case .head(let before):
            let head = before + piece
            guard let end = Self.endOfHead(head) else {
                guard head.count < Self.headByteCountMax else { fail("a head without an end") }
                self.state = .head(head)
                return false
            }
            missing = Self.bodyByteCount(head[..<end])
            self.bodyByteCount = missing
            piece = UnsafeRawBufferPointer(rebasing: piece[(end - before.count)...])
        }
        guard piece.count <= missing else { fail("more came than was said") }
        body?.append(contentsOf: piece)
        let isWhole = piece.count == missing
        self.state = isWhole ? .idle : .body(missing - piece.count)
        return isWhole
    }

    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        var index = 3
        while index < bytes.count {
            if bytes[index] == 10, bytes[index - 1] == 13, bytes[index - 2] == 10, bytes[index - 3] == 13 {
                return index + 1
            }
            index += 1
        }
        return nil
    }

    /// Byte by byte: what the viewers spend shares the machine with what is measured.
    private static func bodyByteCount(_ head: ArraySlice<UInt8>) -> Int {
        let answer = head.prefix { $0 != 13 }
        guard answer.starts(with: Self.success) else {
            fail("a viewer was answered \(String(decoding: answer, as: UTF8.self))")
        }
        var rest = head
        while let end = rest.firstIndex(of: 10) {
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            guard line.starts(with: Self.length) else { continue }
            var count = 0
            for digit in line.dropFirst(Self.length.count) where digit >= 48 && digit <= 57 {
                count = count * 10 + Int(digit - 48)
            }
            return count
        }
        fail("an answer without a length")
    }

    private static let success = Array("HTTP/1.1 200 ".utf8)
    /// As Podo spells it.
    private static let length = Array("content-length: ".utf8)

    private static func address(host: UInt32, port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = (0x7f00_0000 | host).bigEndian
        return address
    }

    private static func with(
        _ address: sockaddr_in, _ call: (UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) -> CInt {
        withUnsafeBytes(of: address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { call($0.baseAddress!, socklen_t(bytes.count)) }
        }
    }
}
