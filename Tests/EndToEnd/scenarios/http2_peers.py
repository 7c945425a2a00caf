"""The clients people use get the right answers, over TLS and over cleartext with prior knowledge."""

import re
import subprocess

from support import tools
from support.scenario import expect, expect_alive
from support.servers import LARGE_PATH, SMALL_PATH, Podo

SECONDS_MAX = 20


def run(site):
    tools.require(["curl", "nghttp", "h2load"])
    podo = Podo(site).start()
    bases = {
        "tls": (f"https://127.0.0.1:{podo.https_port}", "--http2"),
        "cleartext": (f"http://127.0.0.1:{podo.http_port}", "--http2-prior-knowledge"),
    }
    check_count = 0
    for kind, (base, option) in bases.items():
        for path, body in ((SMALL_PATH, site.small_body), (LARGE_PATH, site.large_body)):
            expect(curl(base + path, option) == body, f"{kind}: curl gets another body of {path}")
            expect(output(["nghttp", base + path]) == body, f"{kind}: nghttp gets another body of {path}")
            check_load(kind, base + path)
            check_count += 3
        for method, statuses in (("GET", "200"), ("HEAD", "200"), ("POST", "404|405"), ("TRACE", "405")):
            said = status_line(base + SMALL_PATH, option, method)
            expect(re.fullmatch(f"2 ({statuses})", said), f"{kind}: {method} is answered by version and status {said}")
            check_count += 1
        head = curl(base + SMALL_PATH, option, "--head").decode().lower()
        expect(f"content-length: {len(site.small_body)}" in head, f"{kind}: HEAD does not tell the length: {head}")
        expect(curl(base + "/missing", option, "-o", "/dev/null", "-w", "%{http_code}") == b"404",
               f"{kind}: a missing page is not 404")
        check_count += 2
    expect_alive(podo)
    return f"{check_count} checks by curl, nghttp, h2load"


def curl(url, *options):
    return output(["curl", "-sk", *options, url])


def status_line(url, option, method):
    how = ["--head"] if method == "HEAD" else ["-X", method, *(["--data", "hello"] if method == "POST" else [])]
    return curl(url, option, *how, "-o", "/dev/null", "-w", "%{http_version} %{http_code}").decode()


def check_load(kind, url):
    report = output(["h2load", "-n500", "-c5", "-m10", url]).decode()
    expect("500 succeeded, 0 failed" in report and "status codes: 500 2xx" in report,
           f"{kind}: h2load of {url}:\n{report}")


def output(arguments):
    finished = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=SECONDS_MAX)
    expect(finished.returncode == 0,
           f"{' '.join(arguments)} ended with status {finished.returncode}: {finished.stderr.decode()}")
    return finished.stdout
