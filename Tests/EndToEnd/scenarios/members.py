"""Members by the real program: sign-up to erasure over HTTP, links by mail, a manager, a lock, a stream key and a new
root secret made at the command line, sessions that a restart does not forget, and no secret anywhere it does not
belong."""

import glob
import os
import re
import signal
import subprocess
import time

from support.api import Api
from support.database import dump, query
from support.scenario import expect
from support.servers import Podo

PASSWORD = "a quiet purple canary-7f3a grape"
CANARY = "canary-7f3a"


def run(site):
    podo = Podo(site).start()
    api = Api(podo.http_port)
    checks = [sign_up_and_in, sessions, mails, managers, locks, stream_keys, keys]
    state = {}
    for check in checks:
        check(site, podo, api, state)
    restarted = survives_restart(site, podo, api, state)
    leave(site, restarted, Api(restarted.http_port), state)
    count = no_secret_leaks(site, restarted, state)
    return f"{len(checks) + 3} parts, {count} places searched for secrets"


def sign_up_and_in(site, podo, api, state):
    body = {"name": f"김포도 {CANARY}", "email": f"{CANARY}@example.com", "password": PASSWORD, "roleType": "ROLE_USER"}
    answer = api.post("/member", body)
    expect(answer.status == 201, f"sign-up: {answer.status} {answer.body!r}")
    state["id"] = answer.json["memberId"]
    expect(api.post("/api/v1/member", body).code == "duplicate-email", "the same address twice")
    for path in "/auth/signin", "/api/v1/auth/signin":
        answer = api.post(path, {"email": body["email"], "password": PASSWORD})
        expect(answer.status == 200, f"sign-in: {answer.status} {answer.body!r}")
        expect(answer.fields.get("cache-control") == "no-store", "tokens must not be kept on the way")
    state["tokens"] = answer.json
    wrong = api.post("/auth/signin", {"email": body["email"], "password": "wrong"})
    unknown = api.post("/auth/signin", {"email": "nobody@example.com", "password": "wrong"})
    expect(wrong.status == unknown.status == 401, "wrong password and unknown account are both 401")
    expect(strip(wrong) == strip(unknown), f"{strip(wrong)} is not {strip(unknown)}")
    profile = api.get("/member/me", state["tokens"]["accessToken"])
    expect(profile.json["email"] == body["email"], f"profile: {profile.body!r}")
    expect(api.get("/member/me").status == 401, "nobody has a profile")


def strip(answer):
    """What must not differ: all but the request's own id."""
    return {name: value for name, value in answer.json.items() if name != "requestId"}


def sessions(site, podo, api, state):
    first = state["tokens"]["refreshToken"]
    second = api.post("/auth/refresh", {"refreshToken": first})
    expect(second.status == 200, f"refresh: {second.status}")
    third = api.post("/auth/refresh", {"refreshToken": second.json["refreshToken"]})
    expect(api.post("/auth/refresh", {"refreshToken": first}).status == 401, "a used refresh token was taken")
    expect(api.post("/auth/refresh", {"refreshToken": third.json["refreshToken"]}).status == 401,
           "the session went on after a token was reused")
    expect(api.get("/member/me", third.json["accessToken"]).code == "token-revoked",
           "an access token outlived its session")
    state["tokens"] = sign_in(api)


def sign_in(api, password=PASSWORD, name=CANARY):
    answer = api.post("/auth/signin", {"email": f"{name}@example.com", "password": password})
    expect(answer.status == 200, f"sign-in of {name}: {answer.status} {answer.body!r}")
    return answer.json


def mails(site, podo, api, state):
    token = link(podo, "verify")
    expect(api.post("/api/v1/auth/email/verify", {"token": token}).status == 401, "nobody proved an address")
    verified = api.post("/api/v1/auth/email/verify", {"token": token}, state["tokens"]["accessToken"])
    expect(verified.status == 204, "the address is not verified")
    expect(api.get("/member/me", state["tokens"]["accessToken"]).json["emailVerified"], "nor does it show")
    known = api.post("/api/v1/auth/password/forgot", {"email": f"{CANARY}@example.com"}, host="evil.example")
    unknown = api.post("/api/v1/auth/password/forgot", {"email": "nobody@example.com"})
    expect(known.status == unknown.status == 202 and known.body == unknown.body, "asking tells of accounts")
    token = link(podo, "reset")
    changed = {"token": token, "newPassword": PASSWORD + " two"}
    expect(api.post("/api/v1/auth/password/reset", changed).status == 204, "the link did not work")
    expect(api.post("/api/v1/auth/password/reset", changed).code == "link-invalid", "the link worked twice")
    expect(api.get("/member/me", state["tokens"]["accessToken"]).status == 401, "a session outlived the password")
    state["password"] = PASSWORD + " two"
    state["tokens"] = sign_in(api, state["password"])


def link(podo, kind, seconds=10):
    """The token in the newest mail of a kind, which leads to the address of Podo."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = sorted(glob.glob(f"{podo.data_directory}/mail/{kind}-*.eml"), key=os.path.getmtime)
        if found:
            expect(os.stat(found[-1]).st_mode & 0o077 == 0, "others can read mails")
            text = mail_text(found[-1])
            expect("evil" not in text, "the link leads to where a request said")
            return re.search(r"http://127\.0\.0\.1:\d+/account/\w+#(\S+)", text).group(1)
        time.sleep(0.05)
    expect(False, f"no mail of kind {kind} came")


def mail_text(path):
    import email
    with open(path, "rb") as file:
        return email.message_from_binary_file(file).get_payload(decode=True).decode()


def managers(site, podo, api, state):
    refused = api.get("/api/v1/admin/members", state["tokens"]["accessToken"])
    expect(refused.status == 403, f"a member sees members: {refused.status}")
    command(podo, "member", "promote", f"{CANARY}@example.com")
    # The role is in the token: the old one is void within a moment.
    deadline = time.monotonic() + 5
    while api.get("/member/me", state["tokens"]["accessToken"]).status != 401:
        expect(time.monotonic() < deadline, "a token with the old role went on for 5 s")
        time.sleep(0.05)
    state["tokens"] = sign_in(api, state["password"])
    listed = api.get("/api/v1/admin/members?limit=1", state["tokens"]["accessToken"])
    expect(listed.status == 200 and listed.json["items"][0]["memberId"] == state["id"], f"{listed.body!r}")


def locks(site, podo, api, state):
    locked = command(podo, "member", "lock", f"{CANARY}@example.com")
    expect(locked.startswith(f"Member {state['id']} is locked"), locked)
    deadline = time.monotonic() + 5
    while api.get("/member/me", state["tokens"]["accessToken"]).status != 401:
        expect(time.monotonic() < deadline, "a token of a locked member went on for 5 s")
        time.sleep(0.05)
    body = {"email": f"{CANARY}@example.com", "password": state["password"]}
    expect(api.post("/auth/signin", body).code == "account-locked", "a locked member signed in")
    expect("nothing has changed" in command(podo, "member", "lock", str(state["id"])), "locked twice")
    command(podo, "member", "unlock", str(state["id"]))
    nobody = podo.run_command("member", "lock", "1")
    expect(nobody.returncode == 1 and "no such member" in nobody.stderr, nobody.stderr)
    wrong = podo.run_command("member", "lock", "somebody")
    expect(wrong.returncode == 1 and "neither an address" in wrong.stderr, wrong.stderr)
    tokens = sign_in(api, state["password"])
    everybody = command(podo, "member", "sign-out-everybody")
    expect(everybody.startswith("Everybody is signed out"), everybody)
    refused = api.post("/auth/refresh", {"refreshToken": tokens["refreshToken"]})
    expect(refused.status == 401, f"a session outlived the end of all: {refused.status}")
    state["tokens"] = sign_in(api, state["password"])


def command(podo, *words):
    result = podo.run_command(*words)
    expect(result.returncode == 0, f"podo {' '.join(words)}: {result.stderr}")
    return result.stdout.strip()


def stream_keys(site, podo, api, state):
    key = command(podo, "stream-key", "make", "main").splitlines()[-1].split("/")[-1]
    expect(re.fullmatch(r"[0-9a-f]{40}", key), f"{key!r} is no key")
    publish(podo, key, True)
    second = command(podo, "stream-key", "make", "main").splitlines()[-1].split("/")[-1]
    publish(podo, second, True)
    publish(podo, key, False)
    third = ends_with_its_key(podo, second)
    state["keys"] = [key, third]


def ends_with_its_key(podo, key):
    """Who is on the air with a key that is replaced is ended within about a second, and is told why; the new one goes
    on."""
    started = log_text(podo).count('"stream started"')
    live = subprocess.Popen(encoder(podo, key, 60, "-re"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    wait_for_log(podo, '"stream started"', started + 1)
    new = command(podo, "stream-key", "make", "main").splitlines()[-1].split("/")[-1]
    start = time.monotonic()
    try:
        live.wait(timeout=10)
    except subprocess.TimeoutExpired:
        live.kill()
        expect(False, "a publisher outlived its key by 10 s")
    seconds = time.monotonic() - start
    expect(seconds <= 2.5, f"a publisher outlived its key by {seconds:.1f} s")
    expect(live.returncode != 0, "the publisher was not told that it is over")
    wait_for_log(podo, '"reason":"key-revoked"', 1)
    publish(podo, new, True)
    return new


def wait_for_log(podo, text, count, seconds=10):
    deadline = time.monotonic() + seconds
    while log_text(podo).count(text) < count:
        expect(time.monotonic() < deadline, f"the log does not say {text} {count} times")
        time.sleep(0.02)


def log_text(podo):
    with open(podo.log_path, errors="replace") as log:
        return log.read()


def encoder(podo, key, seconds, *more):
    return ["ffmpeg", "-nostdin", "-loglevel", "error", *more, "-f", "lavfi", "-i", "testsrc=size=64x64:rate=10",
            "-t", str(seconds), "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-f", "flv",
            f"rtmp://127.0.0.1:{podo.rtmp_port}/live/{key}"]


def keys(site, podo, api, state):
    """A new root secret reaches tokens and personal data by a signal."""
    said = command(podo, "keys", "rotate")
    expect(said.startswith("Generation 2 is in front in ") and said.endswith(f"kill -HUP {podo.pid}"), said)
    podo.send(signal.SIGHUP)
    body = {"name": f"두리 {CANARY}", "email": f"{CANARY}-2@example.com", "password": PASSWORD}
    deadline = time.monotonic() + 5
    while "keys reloaded" not in podo.log_tail(100):
        expect(time.monotonic() < deadline, "the secret was not read again within 5 s")
        time.sleep(0.05)
    expect(api.post("/member", body).status == 201, "nobody can sign up after a rotation")
    expect(api.get("/member/me", state["tokens"]["accessToken"]).status == 200, "a rotation signed somebody out")
    state["tokens"] = sign_in(api, state["password"])
    deadline = time.monotonic() + 70
    while query(podo, "SELECT DISTINCT get_byte(data_key, 1) FROM member") != "2":
        expect(time.monotonic() < deadline, "somebody is still under the old key after 70 s")
        time.sleep(1)
    state["tokens"] = sign_in(api, state["password"])


def publish(podo, key, is_taken, seconds=5):
    """Whether ffmpeg gets in with a key; a rotated one takes a moment to be known."""
    deadline = time.monotonic() + seconds
    while True:
        result = subprocess.run(
            encoder(podo, key, 0.5), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=30)
        if (result.returncode == 0) == is_taken:
            return
        expect(time.monotonic() < deadline, f"publishing was {'refused' if is_taken else 'taken'}")
        time.sleep(0.2)


def survives_restart(site, podo, api, state):
    out = sign_in(api, state["password"])
    expect(api.post("/auth/signout", {"refreshToken": out["refreshToken"]}).status == 204, "sign-out")
    podo.stop()
    again = Podo(site, "again", data_directory=podo.data_directory).start()
    api = Api(again.http_port)
    expect(api.get("/member/me", out["accessToken"]).status == 401, "a restart forgot who signed out")
    expect(api.get("/member/me", state["tokens"]["accessToken"]).status in (200, 401), "the restarted server answers")
    refreshed = api.post("/auth/refresh", {"refreshToken": state["tokens"]["refreshToken"]})
    expect(refreshed.status == 200, f"a restart ended a session: {refreshed.status}")
    state["tokens"] = refreshed.json
    publish(again, state["keys"][1], True)
    return again


def leave(site, podo, api, state):
    access = state["tokens"]["accessToken"]
    expect(api.delete("/api/v1/member/me", access, {"password": "wrong"}).code == "bad-credentials", "a wrong password")
    state["dump"] = dump(podo)
    expect(api.delete("/api/v1/member/me", access, {"password": state["password"]}).status == 204, "erasure")
    expect(api.get("/member/me", access).status == 401, "an erased member is still there")
    gone = api.post("/auth/signin", {"email": f"{CANARY}@example.com", "password": state["password"]})
    expect(gone.code == "bad-credentials", f"{gone.body!r}")
    expect(str(state["id"]) in command(podo, "member", "erasures"), "the erasure is not written down")


def no_secret_leaks(site, podo, state):
    places = {"dump": state["dump"], "metrics": podo.admin("/metrics")}
    for index, server in enumerate(site.servers):
        with open(server.log_path, errors="replace") as log:
            places[f"log {index}"] = log.read()
    secrets = [CANARY, state["tokens"]["accessToken"], state["tokens"]["refreshToken"]] + state["keys"]
    for name, text in places.items():
        expect(text, f"{name} is empty")
        for secret in secrets:
            expect(secret not in text, f"a secret is in the {name}")
    return len(places)
