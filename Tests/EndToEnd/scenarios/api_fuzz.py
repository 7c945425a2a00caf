"""The API's description is OpenAPI 3.1, is what `podo openapi` prints, and tells of every answer that requests of any
kind get, from nobody, a member and a manager. None of them is an error of the server."""

import json
import os
import subprocess
import urllib.error
import urllib.request

from support import api_tools
from support.api import Api
from support.scenario import expect, expect_alive
from support.servers import PODO, ROOT, Podo

GOLDEN = os.path.join(ROOT, "fixtures/openapi/tiny.json")
PAGE_PATHS = ["/docs/", "/docs/docs.js", "/docs/schema.js", "/docs/elements.js", "/docs/docs.css"]


def run(site):
    api_tools.require()
    with open(GOLDEN) as file:
        api_tools.validate(file.read())
    podo = Podo(site, environment={"PODO_WEB_DIR": os.path.join(ROOT, "Web")}).start()
    base = f"http://127.0.0.1:{podo.http_port}"
    text = get(f"{base}/openapi.json").decode()
    api_tools.validate(text)
    printed = subprocess.run([PODO, "openapi"], capture_output=True, text=True, timeout=20, check=True).stdout
    expect(printed == text + "\n", "`podo openapi` prints another document than the one that is served")
    check_page(base)
    count = api_tools.fuzz(text, base, site.path)
    expect_alive(podo)
    member_count = fuzz_as_member(site, podo, text, base)
    manager_count = fuzz_as_member(site, podo, text, base, is_manager=True)
    operations = sum(len(item) for item in json.loads(text)["paths"].values())
    expect(count > 0 and member_count > 0 and manager_count > 0, "schemathesis sent nothing")
    return (f"{operations} operations, {count} requests of nobody, {member_count} of a member and {manager_count} of a "
            "manager, every answer is one that the document tells of")


def fuzz_as_member(site, podo, text, base, is_manager=False):
    """A member sends what he likes, but to sign out: he is to be one to the end."""
    api = Api(podo.http_port, source="127.0.0.3" if is_manager else "127.0.0.2")
    email = "boss@example.com" if is_manager else "fuzz@example.com"
    body = {"name": "Kim", "email": email, "password": "a quiet purple grape", "roleType": "ROLE_SELLER"}
    expect(api.post("/member", body).status == 201, "sign-up")
    if is_manager:
        promoted = podo.run_command("member", "promote", email)
        expect(promoted.returncode == 0, f"promote: {promoted.stderr}")
    signed_in = api.post("/auth/signin", {"email": body["email"], "password": body["password"]})
    token = signed_in.json["accessToken"]
    document = json.loads(text)
    # What a manager watches has no end, which schemathesis would wait for.
    document["paths"] = {path: item for path, item in document["paths"].items()
                         if not path.endswith(("/auth/signout", "/admin/payments/events", "/admin/refunds/events",
                                               "/admin/requests/events"))}
    count = api_tools.fuzz(json.dumps(document), base, site.path, token)
    expect_alive(podo)
    expect(api.get("/member/me", token).status == 200, "the member was not signed in to the end")
    return count


def check_page(base):
    """The page that draws the document has all its parts, and a policy that lets no other script run."""
    for path in PAGE_PATHS:
        get(base + path)
    with urllib.request.urlopen(f"{base}/docs", timeout=5) as answer:
        policy = answer.headers["content-security-policy"]
        expect(answer.url == f"{base}/docs/", f"/docs leads to {answer.url}")
    expect("default-src 'self'" in policy and "unsafe" not in policy, f"the policy of /docs/ is {policy}")


def get(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        expect(False, f"{url} is answered with {error.code}")
