"""A payment company that outlives every Podo: the calls of Toss that Podo makes, on loopback, with books of its own.
Written from what Toss documents, and from nothing of Podo's."""

import http.server
import json
import secrets
import threading
import time
import urllib.request


class Refusal(Exception):
    def __init__(self, status, code):
        super().__init__(code)
        self.status, self.code = status, code


class FakeToss:
    """Runs while its `with` lasts. What a buyer does, and what the company posts, are methods."""

    def __init__(self):
        self.lock = threading.Lock()
        self.payments, self.keys, self.answers = {}, {}, {}
        company = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                company.serve(self, None)

            def do_POST(self):
                company.serve(self, self.rfile.read(int(self.headers.get("content-length", 0))))

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()

    # What is asked of it.

    def serve(self, handler, body):
        key = handler.headers.get("idempotency-key") if body is not None else None
        with self.lock:
            known = self.answers.get((handler.path, key)) if key else None
            if known is None:
                known = self.answer(handler.path.split("?")[0], json.loads(body) if body else None)
                if key:
                    self.answers[(handler.path, key)] = known
        status, content = known
        try:
            handler.send_response(status)
            handler.send_header("content-type", "application/json")
            handler.send_header("content-length", str(len(content)))
            handler.end_headers()
            handler.wfile.write(content)
        except OSError:
            pass  # Who asked has died. That it was done stays so.

    def answer(self, path, body):
        try:
            status, value = 200, self.do(path.strip("/").split("/"), body)
        except Refusal as refusal:
            status, value = refusal.status, {"code": refusal.code, "message": "refused"}
        return status, json.dumps(value).encode()

    def do(self, path, body):
        if path == ["v1", "payments"] and body:
            return self.create(body)
        if path == ["v1", "payments", "confirm"] and body:
            return self.confirm(body)
        if path[:3] == ["v1", "payments", "orders"] and len(path) == 4:
            return self.find(self.keys.get(path[3]))
        if path[:2] == ["v1", "payments"] and len(path) == 3:
            return self.find(path[2])
        if path[:2] == ["v1", "payments"] and path[3:] == ["cancel"] and body:
            return self.cancel(self.find(path[2]), body)
        raise Refusal(404, "NOT_FOUND")

    def find(self, key):
        if key not in self.payments:
            raise Refusal(404, "NOT_FOUND_PAYMENT")
        return self.payments[key]

    def create(self, body):
        key = "tgen_" + secrets.token_hex(12)
        self.keys[body["orderId"]] = key
        self.payments[key] = {
            "paymentKey": key, "orderId": body["orderId"], "orderName": body["orderName"], "status": "READY",
            "currency": body["currency"], "totalAmount": body["amount"], "balanceAmount": body["amount"],
            "approvedAt": None, "method": "카드", "lastTransactionKey": secrets.token_hex(16), "cancels": None,
            "checkout": {"url": f"{self.url}/page/{key}"},
        }
        return self.payments[key]

    def confirm(self, body):
        payment = self.find(body["paymentKey"])
        if payment["orderId"] != body["orderId"] or payment["totalAmount"] != body["amount"]:
            raise Refusal(400, "INVALID_REQUEST")
        if payment["status"] == "READY":
            raise Refusal(404, "NOT_FOUND_PAYMENT_SESSION")
        if payment["status"] != "IN_PROGRESS":
            raise Refusal(400, "ALREADY_PROCESSED_PAYMENT")
        payment.update(status="DONE", approvedAt=moment(), lastTransactionKey=secrets.token_hex(16))
        return payment

    @staticmethod
    def cancel(payment, body):
        amount = body.get("cancelAmount", payment["balanceAmount"])
        if payment["status"] == "CANCELED":
            raise Refusal(400, "ALREADY_CANCELED_PAYMENT")
        if payment["status"] not in ("DONE", "PARTIAL_CANCELED"):
            raise Refusal(403, "NOT_CANCELABLE_PAYMENT")
        if not 0 < amount <= payment["balanceAmount"]:
            raise Refusal(403, "NOT_CANCELABLE_AMOUNT")
        key = secrets.token_hex(16)
        payment["cancels"] = (payment["cancels"] or []) + [
            {"transactionKey": key, "cancelAmount": amount, "cancelReason": body["cancelReason"],
             "canceledAt": moment(), "cancelStatus": "DONE"}]
        payment["balanceAmount"] -= amount
        payment["lastTransactionKey"] = key
        payment["status"] = "PARTIAL_CANCELED" if payment["balanceAmount"] else "CANCELED"
        return payment

    # What others do.

    def approve(self, order):
        """The buyer's part is done."""
        with self.lock:
            payment = self.payments[self.keys[order]]
            if payment["status"] == "READY":
                payment["status"] = "IN_PROGRESS"
            return payment["paymentKey"]

    def post(self, podo_port, order):
        """Tells what a payment is now; true when it was taken."""
        with self.lock:
            body = json.dumps({"eventType": "PAYMENT_STATUS_CHANGED", "createdAt": moment()[:19] + ".000000",
                               "data": self.payments[self.keys[order]]}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{podo_port}/api/v1/payment/webhook/toss", body,
            {"content-type": "application/json", "tosspayments-webhook-transmission-id": secrets.token_hex(8)})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status == 200
        except OSError:
            return False

    def books(self):
        """Of every order that money was taken of: taken, and given back."""
        with self.lock:
            return {payment["orderId"]: (payment["totalAmount"], payment["totalAmount"] - payment["balanceAmount"])
                    for payment in self.payments.values() if payment["approvedAt"]}


def moment():
    return time.strftime("%Y-%m-%dT%H:%M:%S+09:00", time.gmtime(time.time() + 9 * 3600))
