"""What a publisher sends to Podo, byte by byte and in the pieces in which it comes, for parsing without a socket."""

import select
import socket
import struct
import threading

from ingest_load import Publisher
from support.servers import free_port

RECORDED_SECONDS = 5


def record(podo, path, site):
    """Publishes through a relay that writes down what the publisher says; how many packets it sent."""
    with socket.create_server(("127.0.0.1", free_port())) as listener, open(path, "wb") as file:
        relay = threading.Thread(target=carry, args=(listener, podo.rtmp_port, file))
        relay.start()
        url = podo.url(0).replace(f":{podo.rtmp_port}/", f":{listener.getsockname()[1]}/")
        publisher = Publisher(url, site.join("recorded-publisher.log"), seconds=RECORDED_SECONDS)
        publisher.wait(RECORDED_SECONDS + 10)
        relay.join()
    return publisher.sent_packet_count()


def carry(listener, port, file):
    """One connection, both ways, until either side closes."""
    publisher, _ = listener.accept()
    with publisher, socket.create_connection(("127.0.0.1", port)) as server:
        while True:
            for source in select.select([publisher, server], [], [])[0]:
                piece = source.recv(65536)
                if not piece:
                    return
                if source is publisher:
                    file.write(struct.pack(">I", len(piece)) + piece)
                (server if source is publisher else publisher).sendall(piece)
