import Foundation
import Synchronization

/// A server in Python that answers as the path says, mostly wrongly, with or without TLS. Ends with this object, or
/// with the process.
final class BadServer: Sendable {
    let port: UInt16
    private let process: Process

    init(certificateFile: String? = nil, keyFile: String? = nil) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", Self.program, certificateFile ?? "", keyFile ?? ""]
        // Its end is the server's, and it keeps nothing of ours open: the tests' output would never end.
        process.standardInput = Pipe()
        process.standardError = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        var line = Data()
        while let byte = try output.fileHandleForReading.read(upToCount: 1), byte != Data("\n".utf8) {
            if byte.isEmpty { break }
            line += byte
        }
        guard let port = UInt16(String(decoding: line, as: UTF8.self)) else { throw Failure() }
        self.process = process
        self.port = port
    }

    /// Threads of tests hand on that every signal is blocked; this one cannot be.
    deinit { kill(self.process.processIdentifier, SIGKILL) }

    struct Failure: Error {}

    /// The head of each request is read; its path says what follows. `/log` tells the paths that came, one a line.
    private static let program = #"""
        import os, socket, ssl, sys, threading, time
        certificate, key = sys.argv[1:3]
        listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        context = None
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
        print(listener.getsockname()[1], flush=True)
        log = []
        threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()

        def answer(connection, head, path, count):
            ok = b"HTTP/1.1 200 OK\r\n"
            def send(*pieces):
                for piece in pieces: connection.sendall(piece)
            def whole(body): send(ok, b"content-length: %d\r\n\r\n" % len(body), body)
            if path == "/log": whole("\n".join(log).encode())
            elif path == "/head": whole(head)
            elif path == "/count": whole(b"%d" % count)
            elif path == "/never": time.sleep(60)
            elif path == "/cut-at-once": return False
            elif path == "/cut-head": send(ok); return False
            elif path == "/cut-body": send(ok, b"content-length: 100\r\n\r\n", b"x" * 50); return False
            elif path == "/cut-chunk": send(ok, b"transfer-encoding: chunked\r\n\r\n64\r\nabc"); return False
            elif path == "/huge": send(ok, b"content-length: 99999999999\r\n\r\n", b"x" * 3000000)
            elif path == "/huge-chunked":
                send(ok, b"transfer-encoding: chunked\r\n\r\n")
                while True: send(b"10000\r\n", b"x" * 65536, b"\r\n")
            elif path == "/huge-head":
                send(ok)
                while True: send(b"a: " + b"x" * 1000 + b"\r\n")
            elif path == "/huge-line":
                send(ok, b"a: ")
                while True: send(b"x" * 1000)
            elif path == "/many-fields": send(ok, b"a: b\r\n" * 1000, b"content-length: 0\r\n\r\n")
            elif path == "/interim-for-ever":
                while True: send(b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n")
            elif path == "/interim": send(b"HTTP/1.1 103 Early Hints\r\nearly: x\r\n\r\n"); whole(b"late")
            elif path == "/trailers":
                send(ok, b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nafter: x\r\n\r\n")
            elif path == "/drip":
                send(ok, b"content-length: 1000\r\n\r\n")
                for _ in range(1000): send(b"x"); time.sleep(0.02)
            elif path == "/garbage": send(b"\x00\xff\x00garbage\r\n\r\n"); return False
            elif path == "/old": send(b"hello, this is HTTP/0.9"); return False
            elif path == "/bad-name": send(ok, b"a b: c\r\ncontent-length: 0\r\n\r\n")
            elif path == "/no-colon": send(ok, b"abc\r\ncontent-length: 0\r\n\r\n")
            elif path == "/control": send(ok, b"a: b\x01c\r\ncontent-length: 0\r\n\r\n")
            elif path == "/folded": send(ok, b"a: b\r\n c\r\ncontent-length: 0\r\n\r\n")
            elif path == "/redirect": send(b"HTTP/1.1 302 Found\r\nlocation: /log\r\ncontent-length: 0\r\n\r\n")
            elif path == "/cookie": send(ok, b"set-cookie: a=b\r\ncontent-length: 0\r\n\r\n")
            elif path == "/gzip": send(ok, b"content-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc")
            elif path == "/close-kept":
                whole(b"bye"); time.sleep(0.05); return False
            else: whole(b"?")
            return True

        def serve(connection):
            try:
                if context: connection = context.wrap_socket(connection, server_side=True)
                count, data = 0, b""
                while True:
                    while b"\r\n\r\n" not in data:
                        some = connection.recv(65536)
                        if not some: return
                        data += some
                    head, data = data.split(b"\r\n\r\n", 1)
                    length = 0
                    for line in head.lower().split(b"\r\n"):
                        if line.startswith(b"content-length:"): length = int(line[15:])
                    while len(data) < length: data += connection.recv(65536)
                    path = head.split(b" ")[1].decode()
                    log.append(head.split(b" ")[0].decode() + " " + path)
                    count += 1
                    if not answer(connection, head + b"\r\n\r\n" + data[:length], path, count): return
                    data = data[length:]
            except OSError: pass
            finally: connection.close()

        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection,), daemon=True).start()
        """#
}
