"""What of payment companies a buyer's browser meets: their scripts and windows, under their own names, on loopback. A browser
is told by `flags` to find them here, Podo by a `proxy`. Written from what the companies document, and from nothing of
Podo's; they misbehave when told to, by `mode`."""

import http.server
import json
import re
import socket
import ssl
import subprocess
import threading
from urllib.parse import parse_qs, urlsplit

from .fake_stripe import STRIPE_SCRIPT, FakeStripe

NAMES = ["*.tosspayments.com", "*.stripe.com"]
TOSS_SCRIPT = """
window.TossPayments = (clientKey) => ({ payment: ({ customerKey }) => ({ requestPayment: async (asked) => {
  navigator.sendBeacon("https://log.tosspayments.com/v1/log", "opened");
  const began = await fetch("https://apigw-sandbox.tosspayments.com/payments", {
    method: "POST", body: JSON.stringify({ clientKey, customerKey, ...asked }) }).then((answer) => answer.json());
  const fail = ({ code, message }) => { throw Object.assign(new Error(message), { code }); };
  if (began.code) fail(began);
  const frame = document.createElement("iframe");
  frame.setAttribute("style", "position: fixed; inset: 0; width: 100%; height: 100%; border: 0; background: #fff");
  frame.src = `https://payment-gateway-sandbox.tosspayments.com/window?key=${began.paymentKey}`;
  document.body.append(frame);
  const heard = await new Promise((resolve) => addEventListener("message", (event) => {
    if (event.source === frame.contentWindow) resolve(event.data);
  }));
  window.frameWidth = frame.getBoundingClientRect().width;
  frame.remove();
  if (heard.code === "USER_CANCEL") fail(heard);
  const way = new URL(heard.code ? asked.failUrl : asked.successUrl);
  for (const [name, value] of Object.entries(heard)) way.searchParams.set(name, value);
  location.assign(way);
  return new Promise(() => {});
} }) });
window.TossPayments.ANONYMOUS = "ANONYMOUS";
"""
REFUSALS = {
    "decline": {"code": "REJECT_CARD_COMPANY", "message": "카드사에서 거절했습니다."},
    "close": {"code": "USER_CANCEL", "message": "사용자가 결제를 취소하였습니다."},
}


class CompanyWeb:
    """Runs while its `with` lasts. `toss` are the books of Toss, `asked` what its script was last asked for."""

    def __init__(self, site, toss):
        self.toss, self.stripe = toss, FakeStripe()
        self.mode, self.asked = "approve", None
        self.certificate = site.join("companies.pem")
        key = site.join("companies-key.pem")
        names = ",".join(f"DNS:{name}" for name in NAMES)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
             "/CN=companies", "-addext", f"subjectAltName={names}", "-days", "2", "-keyout", key, "-out",
             self.certificate], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler_for(self))
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        self.tunnels = http.server.ThreadingHTTPServer(("127.0.0.1", 0), tunnel_to(self.port))
        self.proxy = f"http://127.0.0.1:{self.tunnels.server_address[1]}"
        self.flags = ["--ignore-certificate-errors", "--host-resolver-rules="
                      + ",".join(f"MAP {name}:443 127.0.0.1:{self.port}" for name in NAMES)]

    def __enter__(self):
        for server in (self.server, self.tunnels):
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error):
        for server in (self.server, self.tunnels):
            server.shutdown()
            server.server_close()

    def answer(self, host, method, path, body, fields):
        """Status, media type and bytes."""
        if (host, path) in (("js.tosspayments.com", "/v2/standard"), ("js.stripe.com", "/v3/")):
            return self.script(TOSS_SCRIPT if "toss" in host else STRIPE_SCRIPT)
        if host == "apigw-sandbox.tosspayments.com" and method == "POST":
            return 200, "application/json", json.dumps(self.begin(json.loads(body))).encode()
        if host == "payment-gateway-sandbox.tosspayments.com":
            return 200, "text/html", self.window(parse_qs(urlsplit(path).query)["key"][0])
        if host == "log.tosspayments.com":
            return 204, "text/plain", b""
        if host in ("api.stripe.com", "js.stripe.com"):
            return self.stripe.answer(host, method, path, body, fields, self.mode)
        return 404, "text/plain", b""

    def script(self, text):
        if self.mode == "missing":
            return 404, "text/plain", b""
        # As what keeps scripts of others away answers for them.
        return 200, "text/javascript", b"" if self.mode == "blocked" else text.encode()

    def begin(self, asked):
        self.asked = asked
        if self.mode == "refuse" or not is_right(asked):
            return {"code": "INVALID_PARAMETERS", "message": "잘못된 파라미터입니다."}
        with self.toss.lock:
            return self.toss.create({"orderId": asked["orderId"], "orderName": asked["orderName"],
                                     "currency": asked["amount"]["currency"], "amount": asked["amount"]["value"]})

    def window(self, key):
        """Where the buyer would choose: what he does is known here already."""
        payment = self.toss.payments[key]
        heard = REFUSALS.get(self.mode)
        if heard is None:
            self.toss.approve(payment["orderId"])
            heard = {"paymentType": "NORMAL", "orderId": payment["orderId"], "paymentKey": key,
                     "amount": payment["totalAmount"]}
        elif self.mode == "decline":
            heard = heard | {"orderId": payment["orderId"]}
        return f"<script>parent.postMessage({json.dumps(heard)}, '*')</script>".encode()


def is_right(asked):
    """By what is documented of `requestPayment`."""
    amount, hours = asked["amount"], asked.get("virtualAccount", {}).get("validHours", 24)
    return (asked["clientKey"].startswith("test_ck_") and 2 <= len(asked["customerKey"]) <= 300
            and re.fullmatch(r"[A-Za-z0-9_-]{6,64}", asked["orderId"]) is not None
            and 1 <= len(asked["orderName"]) <= 100 and amount["currency"] == "KRW" and amount["value"] >= 100
            and asked["method"] in ("CARD", "VIRTUAL_ACCOUNT") and 1 <= hours <= 2160
            and all(asked[name].startswith("http") for name in ("successUrl", "failUrl")))


def handler_for(web):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            status, kind, content = web.answer(self.headers["host"], self.command, self.path, body, self.headers)
            self.send_response(status)
            self.send_header("access-control-allow-origin", "*")
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = answer

        def log_message(self, *arguments):
            pass

    return Handler


def tunnel_to(port):
    """A proxy for which every name is here."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_CONNECT(self):
            self.send_response(200)
            self.end_headers()
            with socket.create_connection(("127.0.0.1", port)) as other:
                back = threading.Thread(target=pour, args=(other, self.connection), daemon=True)
                back.start()
                pour(self.connection, other)
                back.join(10)
            self.close_connection = True

        def log_message(self, *arguments):
            pass

    return Handler


def pour(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # One of them has gone.
