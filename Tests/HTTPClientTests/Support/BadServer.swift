import Synchronization
import TestSupport

/// A server in Python that answers as the path says, mostly wrongly, with or without TLS. Ends with this object, or
/// with the process.
final class BadServer: Sendable {
    let port: UInt16
    private let program: TestProgram

    init(certificateFile: String? = nil, keyFile: String? = nil) throws {
        // Its end is the server's.
        self.program = try TestProgram(
            "/usr/bin/python3", ["-c", Self.text, certificateFile ?? "", keyFile ?? ""], errors: .nowhere)
        guard let port = UInt16(try self.program.readLine()) else { throw Failure() }
        self.port = port
    }

    struct Failure: Error {}

    /// The head of each request is read; its path says what follows. `/log` tells the paths that came, one a line.
    private static let text = #"""
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
