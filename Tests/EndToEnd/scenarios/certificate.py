"""The certificate is replaced under TLS load: no request fails, and new connections see the new one."""

import signal
import subprocess
import time

from support import tools
from support.connections import connect
from support.http2 import tls_context
from support.load import Load
from support.scenario import expect, expect_alive
from support.servers import LARGE_PATH, SMALL_PATH, Podo

CLIENT_COUNT = 8
REPLACEMENT_COUNT = 5


def run(site):
    tools.require(["openssl"], ["hpack", "hyperframe"])
    podo = Podo(site).start()
    expect(serial(podo) == 1, "the first certificate is not served")
    paths = [(SMALL_PATH, site.small_body), (LARGE_PATH, site.large_body)]
    load = Load(podo.https_port, paths, CLIENT_COUNT, is_secure=True).start()
    for number in range(2, REPLACEMENT_COUNT + 2):
        site.make_certificate(serial=number)
        podo.send(signal.SIGHUP)
        expect(is_seen_within(podo, number, seconds=3), f"certificate {number} is not served after SIGHUP")
        time.sleep(0.3)
    site.spoil_certificate()
    podo.send(signal.SIGHUP)
    time.sleep(0.5)
    expect(serial(podo) == REPLACEMENT_COUNT + 1, "a broken certificate replaced the good one")
    total = load.stop()
    expect_alive(podo)
    expect(total.lost == 0 and not load.failures, f"failed requests: {total}, first: {load.failures[:2]}")
    expect(total.complete > 100, f"hardly any load: {total}")
    return f"{REPLACEMENT_COUNT} replacements, {total.complete} requests answered, none failed"


def is_seen_within(podo, number, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if serial(podo) == number:
            return True
        time.sleep(0.02)
    return False


def serial(podo):
    """The serial number of the certificate that a new connection is shown."""
    with tls_context("http/1.1").wrap_socket(connect(podo.https_port)) as client:
        certificate = client.getpeercert(binary_form=True)
    said = subprocess.run(
        ["openssl", "x509", "-inform", "DER", "-noout", "-serial"], input=certificate, check=True,
        stdout=subprocess.PIPE).stdout
    return int(said.decode().strip().removeprefix("serial="), 16)
