"""Stripe's intents, as far as a card is authorised in a browser and captured by a server, and the script that does the
former. Written from what Stripe documents, and from nothing of Podo's."""

import json
import secrets
from urllib.parse import parse_qs, urlsplit

DECLINED = {"type": "card_error", "code": "card_declined", "decline_code": "generic_decline",
            "message": "Your card was declined. <b>Try another.</b>"}
STRIPE_SCRIPT = """
window.Stripe = (key, { locale } = {}) => ({
  elements: ({ clientSecret }) => ({ clientSecret, create: (type) => {
    const heard = {}, frame = document.createElement("iframe");
    frame.title = "Secure payment input frame";
    frame.style.setProperty("width", "100%", "important");
    return { focus: () => frame.focus(), on: (name, act) => { heard[name] = act; }, mount: (node) => {
      addEventListener("message", (event) => {
        if (event.source === frame.contentWindow) heard[event.data]?.({ elementType: type, error: { type: "api_error" } });
      });
      frame.src = `https://js.stripe.com/form?locale=${locale}`;
      node.append(frame);
    } };
  } }),
  confirmPayment: async ({ elements, confirmParams }) => {
    const intent = elements.clientSecret.split("_secret_")[0];
    const answer = await fetch(`https://api.stripe.com/v1/payment_intents/${intent}/confirm`, {
      method: "POST", body: new URLSearchParams({ key, client_secret: elements.clientSecret }) });
    const { error } = await answer.json();
    if (error) return { error };
    const way = new URL(confirmParams.return_url);
    way.searchParams.set("payment_intent", intent);
    way.searchParams.set("payment_intent_client_secret", elements.clientSecret);
    way.searchParams.set("redirect_status", "succeeded");
    location.assign(way);
    return new Promise(() => {});
  },
});
"""


class FakeStripe:
    def __init__(self):
        self.intents, self.answers = {}, {}

    def answer(self, host, method, path, body, fields, mode):
        if host == "js.stripe.com":
            heard = "loaderror" if mode == "refuse" else "ready"
            return 200, "text/html", f"<script>parent.postMessage('{heard}', '*')</script><input>".encode()
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        key = fields.get("idempotency-key")
        if key not in self.answers:
            found = self.do(method, urlsplit(path).path.strip("/").split("/"), form, mode)
            if key is None:
                return found
            self.answers[key] = found
        return self.answers[key]

    def do(self, method, path, form, mode):
        if (method, path) == ("POST", ["v1", "payment_intents"]):
            return said(self.create(form))
        intent = self.intents.get(path[2])
        if intent is None:
            return said({"error": {"type": "invalid_request_error", "code": "resource_missing"}}, 404)
        if method == "POST" and path[3:] == ["confirm"]:
            if form["client_secret"] != intent["client_secret"] or not form["key"].startswith("pk_test_"):
                return said({"error": {"type": "invalid_request_error"}}, 401)
            if mode == "decline":
                return said({"error": DECLINED}, 402)
            intent["status"] = "requires_capture"
        if method == "POST" and path[3:] == ["capture"] and intent["status"] == "requires_capture":
            intent.update(status="succeeded", amount_received=int(form["amount_to_capture"]), latest_charge={
                "id": "ch_" + secrets.token_hex(8), "object": "charge", "amount_refunded": 0, "created": 1_800_000_000,
                "disputed": False, "refunds": {"object": "list", "data": [], "has_more": False},
                "payment_method_details": {"type": "card", "card": {"last4": "4242"}}})
        if method == "POST" and path[3:] == ["cancel"] and intent["status"] != "succeeded":
            intent["status"] = "canceled"
        return said(intent)

    def create(self, form):
        key = "pi_" + secrets.token_hex(12)
        self.intents[key] = {
            "id": key, "object": "payment_intent", "status": "requires_payment_method", "amount": int(form["amount"]),
            "amount_received": 0, "currency": form["currency"], "client_secret": f"{key}_secret_{secrets.token_hex(8)}",
            "capture_method": form["capture_method"], "latest_charge": None,
            "metadata": {name[9:-1]: value for name, value in form.items() if name.startswith("metadata[")}}
        return self.intents[key]


def said(value, status=200):
    return status, "application/json", json.dumps(value).encode()
