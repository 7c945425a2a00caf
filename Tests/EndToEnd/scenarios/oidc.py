"""Signing in by other providers: a real one of OpenID Connect, Kakao's and Naver's shapes, and what is no good."""

import subprocess
import sys
import time
import urllib.parse
import urllib.request

from support import fake_provider, oidc_mock
from support.api import Api
from support.scenario import expect
from support.servers import Podo

KIM = {"sub": "kim", "email": "kim@example.com", "email_verified": True, "name": "Kim Podo"}
LEE = {"sub": "lee", "email": "lee@example.com", "email_verified": False, "name": "Lee"}


def run(site):
    oidc_mock.require()
    mock = oidc_mock.OidcMock(site, [KIM, LEE]).start()
    with Fake() as fake:
        podo = Podo(site, environment={
            "PODO_OIDC_PROVIDERS": f"mock=mock-client@{mock.issuer},kakao=podo-client@{fake.issuer},"
                                   f"naver=podo-client@{fake.issuer},corp=podo-client@{fake.issuer}",
            "PODO_OIDC_SECRETS": "mock=canary-mock-secret,kakao=podo-secret,naver=podo-secret,corp=podo-secret",
        }).start()
        real(podo, mock)
        shapes(podo, fake)
        wrong_count = wrong(podo, fake)
        rotation(podo, fake)
        away(podo, mock, fake)
        expect("canary-mock-secret" not in podo.log_tail(10000), "the log tells the client's secret")
        shown = podo.run_command("config", "print").stdout
        expect("canary-mock-secret" not in shown and "oidc-secrets is set, and hidden" in shown, shown)
        expect("/api/v1/auth/social/{provider}/start" in podo.run_command("openapi").stdout, "the API tells of it")
    return f"a real provider, 2 shapes, {wrong_count} wrong answers refused, rotation, absence"


class Fake:
    """`fake_provider.py` as a process."""

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, fake_provider.__file__], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        self.issuer = f"http://127.0.0.1:{int(self.process.stdout.readline())}"
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(10)

    def set(self, **values):
        urllib.request.urlopen(f"{self.issuer}/control?{urllib.parse.urlencode(values)}", timeout=10).close()


class Browser:
    """Keeps the cookie of its attempts."""

    def __init__(self, podo):
        self.podo, self.cookie = podo, None

    def get(self, path):
        return self.send("GET", path)

    def send(self, method, path, body=None):
        api = CookieApi(self.podo.http_port, self.cookie)
        answer = api.send(method, path, None, body)
        cookie = answer.fields.get("set-cookie", "")
        if cookie.startswith("podo-social="):
            self.cookie = cookie.split(";")[0]
        return answer

    def start(self, provider):
        answer = self.get(f"/api/v1/auth/social/{provider}/start?redirect=/seats")
        expect(answer.status == 302, f"start of {provider}: {answer.status} {answer.body!r}")
        return answer.fields["location"]

    def back(self, location):
        return self.get(location[location.index("/api/v1/"):])

    def finish(self, arrival):
        """Tokens for where a browser has come back to."""
        expect(arrival.status == 303, f"callback: {arrival.status} {arrival.body!r}")
        path, _, code = arrival.fields["location"].partition("#social-code=")
        expect(path == "/seats" and len(code) == 43, arrival.fields["location"])
        answer = self.send("POST", "/api/v1/auth/social/exchange", {"code": code})
        expect(answer.status == 200, f"exchange: {answer.status} {answer.body!r}")
        again = self.send("POST", "/api/v1/auth/social/exchange", {"code": code})
        expect(again.code == "social-grant-invalid", "a code was good twice")
        return answer.json


class CookieApi(Api):
    def __init__(self, port, cookie):
        super().__init__(port)
        self.cookie = cookie

    def send(self, method, path, token=None, body=None, host="localhost"):
        more = f"{host}\r\ncookie: {self.cookie}" if self.cookie else host
        return super().send(method, path, token, body, more)


def real(podo, mock):
    members = []
    for _ in range(2):
        browser = Browser(podo)
        location = browser.start("mock")
        callback = mock.sign_in(location, "kim")
        stranger = Browser(podo).back(callback)
        expect(stranger.code == "social-state-invalid", "another browser went on with an attempt")
        tokens = browser.finish(browser.back(callback))
        expect(browser.back(callback).code == "social-state-invalid", "an attempt was good twice")
        members.append(tokens["memberId"])
    expect(members[0] == members[1], "somebody who came twice is two members")
    profile = Api(podo.http_port).get("/member/me", tokens["accessToken"])
    expect((profile.json["name"], profile.json["email"], profile.json["emailVerified"])
           == ("Kim Podo", "kim@example.com", True), profile.body)
    # The provider does not vouch for this address, so the account has none.
    browser = Browser(podo)
    tokens = browser.finish(browser.back(mock.sign_in(browser.start("mock"), "lee")))
    expect(Api(podo.http_port).get("/member/me", tokens["accessToken"]).json["email"] == "", "an unproved address")


def shapes(podo, fake):
    for provider, email in ("kakao", "park@example.com"), ("naver", ""):
        fake.set(mode="good", sub="4711", email="park@example.com", name="Park")
        browser = Browser(podo)
        arrival = browser.back(oidc_mock.visit(browser.start(provider)))
        profile = Api(podo.http_port).get("/member/me", browser.finish(arrival)["accessToken"])
        expect(profile.json["email"] == email and profile.json["name"] == "Park", profile.body)


def wrong(podo, fake):
    modes = ["nonce-wrong", "aud-wrong", "aud-many", "iss-wrong", "expired", "not-yet", "alg-none", "alg-hs256",
             "kid-unknown", "signature-other", "token-garbage", "token-huge", "jku", "crit"]
    for mode in modes:
        fake.set(mode=mode, sub="666", email="choi@example.com")
        browser = Browser(podo)
        answer = browser.back(oidc_mock.visit(browser.start("corp")))
        expect((answer.status, answer.code) == (401, "social-token-invalid"), f"{mode}: {answer.status} {answer.code}")
    broken = {"exchange:html": 502, "exchange:huge": 502, "exchange:500": 503, "exchange:cut": 503,
              "exchange:deep": 502}
    for mode, status in broken.items():
        fake.set(mode=mode)
        browser = Browser(podo)
        answer = browser.back(oidc_mock.visit(browser.start("corp")))
        expect(answer.status == status, f"{mode}: {answer.status} {answer.code}")
    # Another provider's way back.
    fake.set(mode="good")
    browser = Browser(podo)
    mixed = oidc_mock.visit(browser.start("corp")).replace("/corp/", "/naver/")
    expect(browser.back(mixed).code == "social-state-invalid", "a mixed-up state was taken")
    return len(modes) + len(broken) + 1


def rotation(podo, fake):
    """New keys are found, if a minute after the last ones were fetched at the earliest."""
    fake.set(mode="good", rotate="1", sub="777", email="jung@example.com")
    deadline = time.monotonic() + 70
    while True:
        browser = Browser(podo)
        arrival = browser.back(oidc_mock.visit(browser.start("corp")))
        if arrival.status == 303:
            return browser.finish(arrival)
        expect(arrival.code == "social-token-invalid" and time.monotonic() < deadline, f"{arrival.status}")
        time.sleep(1)


def away(podo, mock, fake):
    """F-20: without the provider, passwords and sessions go on."""
    api = Api(podo.http_port)
    body = {"name": "Song", "email": "song@example.com", "password": "a quiet purple grape"}
    expect(api.post("/member", body).status == 201, "sign-up")
    browser = Browser(podo)
    callback = mock.sign_in(browser.start("mock"), "kim")
    mock.stop()
    begun = time.monotonic()
    answer = browser.back(callback)
    expect((answer.status, answer.code) == (503, "social-provider-unavailable"), f"{answer.status} {answer.code}")
    expect(time.monotonic() - begun < 6, "an absent provider holds a request up")
    expect(answer.fields.get("retry-after") == "30", "when to come again")
    signed_in = api.post("/auth/signin", {"email": body["email"], "password": body["password"]})
    expect(signed_in.status == 200, "passwords go on")
    expect(api.get("/member/me", signed_in.json["accessToken"]).status == 200, "sessions go on")
