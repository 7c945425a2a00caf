"""Podo and nginx on free loopback ports, serving the same files with the same certificate."""

import os
import random
import shutil
import socket
import subprocess
import tempfile
import urllib.error
import urllib.request

from .process import Process

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
PODO = os.environ.get("TEST_BINARY", os.path.join(ROOT, ".build/release/podo"))

SMALL_PATH, SMALL_BYTE_COUNT = "/small.html", 1229
LARGE_PATH, LARGE_BYTE_COUNT = "/large.bin", 500 * 1024

RESPONSES_METRIC, CANCELLED_METRIC = "podo_http_responses_total", "podo_http_requests_cancelled_total"
REFUSED_METRIC = "podo_http_refused_total"

# Podo closes a connection after this many requests; the peer is held to the same.
REQUEST_COUNT_PER_CONNECTION_MAX = 1000


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Site:
    """A temporary directory with the files to serve and a certificate, and the servers started on it.

    Leaving its `with` stops them all and removes the directory.
    """

    def __init__(self):
        self.servers = []
        self.path = tempfile.mkdtemp(prefix="podo-test-")
        self.web = self.join("web")
        self.certificate, self.key = self.join("certificate.pem"), self.join("key.pem")
        os.mkdir(self.web)
        self.large_body = random.Random(1).randbytes(LARGE_BYTE_COUNT)
        self.small_body = small_page()
        self.write("index.html", self.small_body)
        self.write(SMALL_PATH[1:], self.small_body)
        self.write(LARGE_PATH[1:], self.large_body)
        self.make_certificate(serial=1)

    def join(self, name):
        return os.path.join(self.path, name)

    def write(self, name, content):
        with open(os.path.join(self.web, name), "wb") as file:
            file.write(content)

    def make_certificate(self, serial):
        """Replaces the certificate and key by new ones, each file in one step."""
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-days", "2", "-set_serial", str(serial), "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
             "-keyout", self.key + ".new", "-out", self.certificate + ".new"],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        os.rename(self.key + ".new", self.key)
        os.rename(self.certificate + ".new", self.certificate)

    def spoil_certificate(self):
        """Puts a file there that is no certificate."""
        with open(self.certificate, "w") as file:
            file.write("not a certificate\n")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for server in self.servers:
            server.stop()
        shutil.rmtree(self.path, ignore_errors=True)


def small_page():
    """An HTML page of exactly SMALL_BYTE_COUNT bytes."""
    start, end = b"<!doctype html><title>small</title><p>", b"</p>\n"
    return start + b"a stage, a seat, a song " .ljust(SMALL_BYTE_COUNT - len(start) - len(end), b".") + end


class Podo(Process):
    """`podo serve` with its own data directory, ready when the constructor returns."""

    def __init__(self, site, name="podo", data_directory=None, environment=(), pin=None, ports=None, user=None,
                 binary=None):
        self.ports = ports or [free_port() for _ in range(4)]
        self.http_port, self.https_port, self.admin_port, self.rtmp_port = self.ports
        self.data_directory = data_directory or site.join(f"{name}-data")
        variables = {key: value for key, value in os.environ.items() if not key.startswith("PODO_")}
        variables |= {
            "PODO_HTTP_LISTEN": f"127.0.0.1:{self.http_port}",
            "PODO_HTTPS_LISTEN": f"127.0.0.1:{self.https_port}",
            "PODO_RTMP_LISTEN": f"127.0.0.1:{self.rtmp_port}",
            "PODO_TLS_CERT": site.certificate,
            "PODO_TLS_KEY": site.key,
            "PODO_ADMIN_LISTEN": f"127.0.0.1:{self.admin_port}",
            "PODO_DATA_DIR": self.data_directory,
            "PODO_WEB_DIR": site.web,
            "PODO_LOOPS": "1",
            "PODO_PAYMENT_SIMULATOR": "true",
        } | dict(environment)
        if not os.access(PODO, os.X_OK):
            raise SystemExit(f"no executable {PODO}: run `make build` first")
        self.variables = variables
        super().__init__(pinned([binary or PODO, "serve"], pin), site.join(f"{name}.log"), variables, user=user)
        site.servers.append(self)

    def run_command(self, *words):
        """Another command of the program, with the settings of this server."""
        return subprocess.run([PODO, *words], env=self.variables, capture_output=True, text=True, timeout=60)

    def start(self):
        # The first start makes a database.
        self.wait_until(lambda: self.admin("/readyz") is not None, seconds=60)
        return self

    def admin(self, path):
        """The body of an admin page, or None when it does not answer 200."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.admin_port}{path}", timeout=2) as answer:
                return answer.read().decode()
        except (OSError, urllib.error.HTTPError):
            return None

    def metric(self, name, **labels):
        """The sum of a metric over all label sets that have these labels; None when there is none at all."""
        rows = [line for line in (self.admin("/metrics") or "").splitlines() if is_sample_of(line, name)]
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        values = [float(row.rsplit(" ", 1)[1]) for row in rows if all(label in row for label in wanted)]
        return sum(values) if rows else None


def is_sample_of(line, name):
    return line.startswith(name) and line[len(name):len(name) + 1] in ("{", " ")


class Nginx(Process):
    """Debian's nginx with one worker, as the peer of a benchmark or as a proxy in front of Podo."""

    def __init__(self, site, name="nginx", proxied_port=None, pin=None):
        self.http_port, self.https_port = free_port(), free_port()
        prefix = site.join(name)
        os.mkdir(prefix)
        self.access_log = os.path.join(prefix, "access.log")
        configuration = os.path.join(prefix, "nginx.conf")
        with open(configuration, "w") as file:
            file.write(self.configuration(site, prefix, proxied_port))
        super().__init__(
            pinned(["nginx", "-p", prefix, "-c", configuration, "-e", "stderr"], pin), site.join(f"{name}.log"))
        site.servers.append(self)

    def start(self):
        self.wait_until(lambda: can_connect(self.http_port))
        return self

    def configuration(self, site, prefix, proxied_port):
        location = "" if proxied_port is None else """
            location / {
                proxy_pass http://podo;
                proxy_http_version 1.1;
                proxy_set_header Connection "";
                proxy_next_upstream off;
                proxy_request_buffering off;
            }"""
        upstream = "" if proxied_port is None else f"upstream podo {{ server 127.0.0.1:{proxied_port}; keepalive 8; }}"
        return f"""
daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid {prefix}/nginx.pid;
user {"root" if os.geteuid() == 0 else "nobody"};
events {{ worker_connections 16384; }}
http {{
    types {{ text/html html; }}
    default_type application/octet-stream;
    log_format upstream $upstream_status;
    access_log {self.access_log + " upstream" if proxied_port else "off"};
    client_body_temp_path {prefix}/body;
    proxy_temp_path {prefix}/proxy;
    fastcgi_temp_path {prefix}/fastcgi;
    uwsgi_temp_path {prefix}/uwsgi;
    scgi_temp_path {prefix}/scgi;
    sendfile on;
    tcp_nopush on;
    open_file_cache max=100 inactive=1h;
    open_file_cache_valid 1h;
    keepalive_requests {REQUEST_COUNT_PER_CONNECTION_MAX};
    {upstream}
    server {{
        listen 127.0.0.1:{self.http_port} backlog=4096;
        listen 127.0.0.1:{self.https_port} ssl http2 backlog=4096;
        ssl_certificate {site.certificate};
        ssl_certificate_key {site.key};
        # The same cipher on both sides: what is compared is the servers.
        ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_session_cache shared:tls:1m;
        root {site.web};{location}
    }}
}}
"""


def pinned(arguments, core):
    return arguments if core is None else ["taskset", "-c", str(core), *arguments]


def can_connect(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False
