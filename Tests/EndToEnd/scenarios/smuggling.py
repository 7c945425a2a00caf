"""Ambiguous HTTP/1.1 gets one refusal and a closed connection, and nothing behind it is answered."""

import re

from support import http1
from support.connections import connect
from support.scenario import expect, expect_alive
from support.servers import SMALL_PATH, Podo

from .smuggling_vectors import BAD_BODIES, BAD_HEADS, HOST, OTHER_REFUSALS

INNOCENT = http1.get(SMALL_PATH)
KEPT_OPEN = {"trace", "te-underscore", "connect"}
"""Well-formed requests that are merely refused: the connection may live on."""

ACCEPTED = {
    "plain": INNOCENT,
    "space-around-value": f"GET {SMALL_PATH} HTTP/1.1\r\n{HOST}X: \t y \t\r\n\r\n".encode(),
    "empty-value": f"GET {SMALL_PATH} HTTP/1.1\r\n{HOST}X:\r\n\r\n".encode(),
    "absolute-target": f"GET http://localhost{SMALL_PATH} HTTP/1.1\r\n{HOST}\r\n".encode(),
    "empty-line-before": b"\r\n" + INNOCENT,
    "query": f"GET {SMALL_PATH}?a=b?c HTTP/1.1\r\n{HOST}\r\n".encode(),
}
"""Unusual but unambiguous: refusing these too would prove nothing."""


def run(site):
    podo = Podo(site).start()
    wrong = []
    cases = [(name, request, (400,)) for name, request in BAD_HEADS.items()]
    cases += [(name, request, statuses) for name, (request, statuses) in OTHER_REFUSALS.items()]
    cases += [(name, request, (400, 404, 405, 411, 413)) for name, request in BAD_BODIES.items()]
    for name, request, statuses in cases:
        problem = refusal_problem(podo, request, statuses, may_stay_open=name in KEPT_OPEN)
        if problem:
            wrong.append(f"{name}: {problem}")
        expect_alive(podo)
    for name, request in ACCEPTED.items():
        statuses, _ = talk(podo, request + INNOCENT, seconds=0.3)
        if statuses != [200, 200]:
            wrong.append(f"{name}: answered {statuses}, not 200 twice")
    expect(not wrong, f"{len(wrong)} of {len(cases) + len(ACCEPTED)} vectors:\n    " + "\n    ".join(wrong))
    return f"{len(cases)} vectors refused, {len(ACCEPTED)} accepted"


def refusal_problem(podo, request, statuses_allowed, may_stay_open):
    """What is wrong with the answer to a request that must be refused; None when nothing is."""
    statuses, is_closed = talk(podo, request + INNOCENT, seconds=0.3 if may_stay_open else 2)
    if not statuses:
        return f"no answer, {'closed' if is_closed else 'left open'}"
    if statuses[0] not in statuses_allowed:
        return f"status {statuses[0]}, not {' or '.join(map(str, statuses_allowed))}"
    if may_stay_open:
        return None
    if len(statuses) > 1:
        return f"a second response: {statuses}"
    return None if is_closed else "the connection stays open"


def talk(podo, request, seconds):
    """Sends the bytes; the statuses of what came back, and whether the server closed."""
    with connect(podo.http_port) as client:
        client.sendall(request)
        received, is_closed = http1.read_to_end(client, seconds)
    statuses = [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) ", received)]
    return statuses, is_closed
