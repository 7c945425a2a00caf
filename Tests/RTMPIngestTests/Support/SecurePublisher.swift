import TestSupport

/// A publisher over TLS whose records a test cuts and joins as it likes; in Python, which gives them out unsent.
enum SecurePublisher {
    /// Runs a program that finds `secure` after its handshake, `raw` under it, `parts` to send, `say(number)` to send
    /// what is written and one of them, and `hear(words)` to wait for an answer. Returns what it printed.
    static func run(_ program: String, port: UInt16, _ parts: [[UInt8]]) throws -> String {
        let texts = parts.map { part in part.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
        let result = try TestCommand.python(Self.start + program, ["\(port)"] + texts)
        return result.output.split(separator: "\n").joined(separator: "\n")
    }

    private static let start = """
        import socket, ssl, sys
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        raw = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        secure = context.wrap_bio(incoming, outgoing)
        parts = [bytes.fromhex(text) for text in sys.argv[2:]]
        def call(function, *arguments):
            while True:
                try:
                    result = function(*arguments)
                    raw.sendall(outgoing.read())
                    return result
                except ssl.SSLWantReadError:
                    raw.sendall(outgoing.read())
                    incoming.write(raw.recv(65536) or sys.exit("ended"))
        def say(number): call(secure.write, parts[number])
        heard = b""
        def hear(words):
            global heard
            while words not in heard: heard += call(secure.read, 65536) or sys.exit("ended")
        call(secure.do_handshake)

        """
}
