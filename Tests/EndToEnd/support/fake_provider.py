#!/usr/bin/python3
"""A provider of sign-in that does as it is told, mostly wrong: OpenID Connect with PKCE, Kakao's and Naver's shapes.

Prints its port, and ends when its standard input does. `/control?name=value&…` says what it does from then on: `mode`
one of the words below, `sub`, `email`, `verified`, `name` of whoever signs in, `rotate` for new keys. `/counts` tells
how often each path was asked for. Nobody is asked at `/authorize`: it sends the browser back at once.
"""

import base64
import hashlib
import hmac
import http.server
import json
import os
import re
import secrets
import subprocess
import sys
import threading
import time
import urllib.parse

CLIENT, SECRET = "podo-client", "podo-secret"


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    """An RSA key made by OpenSSL, that signs with RS256."""

    PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")

    def __init__(self):
        made = subprocess.run(["openssl", "genrsa", "2048"], capture_output=True, check=True)
        text = subprocess.run(["openssl", "rsa", "-noout", "-text"], input=made.stdout, capture_output=True, check=True)
        numbers = dict(re.findall(r"^(modulus|privateExponent):\n((?:    [0-9a-f:]+\n)+)", text.stdout.decode(), re.M))
        self.n, self.d = (int(re.sub(r"[\s:]", "", numbers[name]), 16) for name in ("modulus", "privateExponent"))
        self.kid = secrets.token_hex(8)

    def sign(self, data):
        padded = b"\x00\x01" + b"\xff" * 202 + b"\x00" + self.PREFIX + hashlib.sha256(data).digest()
        return pow(int.from_bytes(padded, "big"), self.d, self.n).to_bytes(256, "big")

    def jwk(self):
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, "n": encode(self.n.to_bytes(256, "big")),
                "e": "AQAB"}


class Provider:
    def __init__(self, port):
        self.port, self.issuer = port, f"http://127.0.0.1:{port}"
        self.lock = threading.Lock()
        self.key = Key()
        self.settings = {"mode": "good", "sub": "1234567890", "email": "kim@example.com", "verified": "1",
                         "name": "Kim"}
        self.codes, self.access, self.counts = {}, {}, {}

    @property
    def mode(self):
        return self.settings["mode"]

    def control(self, values):
        with self.lock:
            if values.pop("rotate", None):
                self.key = Key()
            self.settings.update(values)

    def description(self):
        document = {
            "issuer": self.issuer, "authorization_endpoint": self.issuer + "/authorize",
            "token_endpoint": self.issuer + "/token", "jwks_uri": self.issuer + "/jwks",
            "userinfo_endpoint": self.issuer + "/userinfo", "response_types_supported": ["code"],
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }
        changes = {
            "description-other": {"issuer": "http://127.0.0.1:1"},
            "description-slash": {"issuer": self.issuer + "/"},
            "description-elsewhere": {"token_endpoint": "http://169.254.169.254/token"},
            "description-file": {"jwks_uri": "file:///etc/passwd"},
            "description-numbers": {"token_endpoint": 7},
            "basic": {"token_endpoint_auth_methods_supported": ["client_secret_basic"]},
            "issuer-sent": {"authorization_response_iss_parameter_supported": True},
        }
        document.update(changes.get(self.mode, {}))
        return document

    def authorize(self, query):
        code = secrets.token_urlsafe(24)
        self.codes[code] = query
        answer = {"code": code, "state": query.get("state", "")}
        if self.mode in ("issuer-sent", "issuer-wrong"):
            answer["iss"] = self.issuer if self.mode == "issuer-sent" else "http://127.0.0.1:1"
        if self.mode == "denied":
            answer = {"error": "access_denied", "state": query.get("state", "")}
        return query["redirect_uri"] + "?" + urllib.parse.urlencode(answer)

    def token(self, form, authorization):
        query = self.codes.pop(form.get("code"), None)
        client, secret = form.get("client_id"), form.get("client_secret")
        if authorization.startswith("Basic "):
            client, secret = base64.b64decode(authorization[6:]).decode().split(":")
        if (client, secret) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        challenge = encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if (query is None or query["redirect_uri"] != form.get("redirect_uri") or query["client_id"] != CLIENT
                or query.get("code_challenge") != challenge or query.get("code_challenge_method") != "S256"):
            return 400, {"error": "invalid_grant"}
        access = secrets.token_urlsafe(24)
        self.access[access] = dict(self.settings)
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": 3600}
        if "nonce" in query and self.mode != "no-id-token":
            answer["id_token"] = self.id_token(query["nonce"])
        if self.mode == "no-access-token":
            del answer["access_token"]
        return 200, answer

    def id_token(self, nonce):
        now, mode = int(time.time()), self.mode
        header = {"alg": "RS256", "typ": "JWT", "kid": self.key.kid}
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": self.settings["sub"], "iat": now, "exp": now + 3600,
                  "nonce": nonce, "email": self.settings["email"], "email_verified": self.settings["verified"] == "1",
                  "name": self.settings["name"]}
        for name in ("email", "name"):
            if not claims[name]:
                del claims[name]
        changes = {
            "nonce-wrong": {"nonce": "another"}, "nonce-missing": {"nonce": None}, "aud-wrong": {"aud": "another"},
            "aud-many": {"aud": [CLIENT, "another"]}, "azp-wrong": {"azp": "another"},
            "iss-wrong": {"iss": "https://accounts.google.com"}, "expired": {"exp": now - 120, "iat": now - 3000},
            "old": {"iat": now - 7200}, "not-yet": {"iat": now + 600}, "exp-missing": {"exp": None},
            "exp-text": {"exp": str(now + 3600)}, "exp-fraction": {"exp": now + 3600.5}, "sub-missing": {"sub": None},
            "sub-long": {"sub": "x" * 256}, "sub-number": {"sub": 7}, "kakao-fields": {"email": None},
        }
        claims.update(changes.get(mode, {}))
        claims = {name: value for name, value in claims.items() if value is not None}
        header.update({"alg-none": {"alg": "none"}, "alg-hs256": {"alg": "HS256"}, "alg-case": {"alg": "rs256"},
                       "kid-unknown": {"kid": "unknown"}, "jku": {"jku": self.issuer + "/jwks"},
                       "crit": {"crit": ["exp"]}}.get(mode, {}))
        signed = encode(json.dumps(header).encode()) + "." + encode(json.dumps(claims).encode())
        signature = self.key.sign(signed.encode())
        if mode == "alg-none":
            signature = b""
        elif mode == "alg-hs256":
            signature = hmac.digest(json.dumps(self.key.jwk()).encode(), signed.encode(), "sha256")
        elif mode == "signature-other":
            signature = Key().sign(signed.encode())
        elif mode == "token-garbage":
            return "garbage"
        elif mode == "token-huge":
            return signed + "." + "A" * 20000
        return signed + "." + encode(signature)

    def person(self, path, access):
        user = self.access.get(access)
        if user is None:
            return 401, {"error": "invalid_token"}
        if path == "/v1/nid/me":
            response = {"id": user["sub"], "email": user["email"], "name": user["name"]}
            changes = {"person-failed": {"resultcode": "024", "message": "Authentication failed"},
                       "person-flat": {"resultcode": "00", "message": "success", **response},
                       "person-empty": {"resultcode": "00", "message": "success", "response": {}},
                       "person-list": {"resultcode": "00", "message": "success", "response": [response]}}
            return 200, changes.get(self.mode, {"resultcode": "00", "message": "success", "response": response})
        if path == "/v2/user/me":
            verified = user["verified"] == "1"
            return 200, {"id": int(user["sub"]) + (self.mode == "person-other"),
                         "properties": {"nickname": user["name"]},
                         "kakao_account": {"email": user["email"], "is_email_valid": self.mode != "person-invalid",
                                           "is_email_verified": verified, "profile": {"nickname": user["name"]}}}
        return 200, {"sub": user["sub"], "email": user["email"], "email_verified": user["verified"] == "1",
                     "name": user["name"]}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer({})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", "0"))).decode()
        self.answer(dict(urllib.parse.parse_qsl(body)))

    def answer(self, form):
        provider, (path, _, text) = self.server.provider, self.path.partition("?")
        query = dict(urllib.parse.parse_qsl(text, keep_blank_values=True))
        provider.counts[path] = provider.counts.get(path, 0) + 1
        if path == "/control":
            provider.control(query)
            return self.reply(200, {})
        if path == "/counts":
            return self.reply(200, provider.counts)
        name = {"/.well-known/openid-configuration": "description", "/jwks": "keys", "/token": "exchange",
                "/oauth2.0/token": "exchange"}.get(path, "other")
        if provider.mode.startswith(name + ":"):
            return self.misbehave(provider.mode.partition(":")[2])
        if path == "/.well-known/openid-configuration":
            return self.reply(200, provider.description())
        if path == "/jwks":
            return self.reply(200, {"keys": [provider.key.jwk()]}, {"cache-control": "public, max-age=3600"})
        if path in ("/authorize", "/oauth2.0/authorize"):
            return self.reply(302, {}, {"location": provider.authorize(query)})
        if path in ("/token", "/oauth2.0/token"):
            return self.reply(*provider.token(form, self.headers.get("authorization", "")))
        if path in ("/userinfo", "/v1/nid/me", "/v2/user/me"):
            return self.reply(*provider.person(path, self.headers.get("authorization", "")[7:]))
        return self.reply(404, {})

    def misbehave(self, how):
        if how == "html":
            self.send(200, b"<!doctype html><title>Sorry</title>", {"content-type": "text/html"})
        elif how == "500":
            self.reply(500, {"error": "server_error"})
        elif how == "slow":
            time.sleep(20)
        elif how == "cut":
            self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{")
            self.close_connection = True
        elif how == "huge":
            self.send(200, b'{"a":"' + b"x" * 2000000 + b'"}', {})
        elif how == "deep":
            self.send(200, b"[" * 10000, {})
        elif how == "list":
            self.send(200, b"[]", {})
        elif how == "empty":
            self.send(200, b'{"keys":[]}', {})
        elif how == "redirect":
            self.reply(302, {}, {"location": "http://127.0.0.1:1/"})
        elif how == "error":
            self.reply(200, {"error": "invalid_request", "error_description": "no"})
        elif how == "spent":
            self.reply(400, {"error": "invalid_grant"})

    def reply(self, status, value, fields={}):
        self.send(status, json.dumps(value).encode(), {"content-type": "application/json", **fields})

    def send(self, status, body, fields):
        self.send_response(status)
        for name, value in {**fields, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_):
        pass


def main():
    server = Server(("127.0.0.1", 0), Handler)
    server.provider = Provider(server.server_address[1])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
