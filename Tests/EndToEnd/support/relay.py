"""A network between a client and a server that can die."""

import select
import socket
import threading


class Relay:
    """Passes one connection on to a port of loopback. Once it is cut nothing passes either way, and the sockets stay
    open until `with` is left: whatever the client does, its end included, no FIN and no RST reaches the server."""

    def __init__(self, server_port):
        self.server_port = server_port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.sockets = [self.listener]
        self.is_cut = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        self.listener.settimeout(10)
        client, _ = self.listener.accept()
        server = socket.create_connection(("127.0.0.1", self.server_port), 10)
        self.sockets += [client, server]
        other = {client: server, server: client}
        while not self.is_cut.is_set():
            for source in select.select(list(other), [], [], 0.02)[0]:
                data = source.recv(65536)
                if not data:
                    return
                other[source].sendall(data)

    def cut(self):
        """Nothing is under way any more when this returns."""
        self.is_cut.set()
        self.thread.join()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.cut()
        for each in self.sockets:
            each.close()
