"""oidc-provider-mock, a provider of OpenID Connect that is not ours, from scripts/install-wheels oidc-mock."""

import json
import os
import sys
import urllib.parse
import urllib.request

from .process import Process
from .servers import ROOT, free_port

FOLDER = os.path.join(ROOT, ".vendor/oidc-mock")


def require():
    """Ends the program with one sentence when it is not there."""
    if not os.path.exists(os.path.join(FOLDER, "installed.txt")):
        sys.exit("oidc-provider-mock is missing; scripts/install-wheels oidc-mock fetches it")


class OidcMock(Process):
    """Knows the users of `claims`, each with a `sub`; whoever is asked for is signed in by a form."""

    def __init__(self, site, claims):
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        words = [word for user in claims for word in ("--user-claims", json.dumps(user))]
        environment = {**os.environ, "PYTHONPATH": FOLDER, "AUTHLIB_INSECURE_TRANSPORT": "1"}
        super().__init__(["/usr/bin/python3", "-m", "oidc_provider_mock", "--port", str(self.port), "--require-nonce",
                          "true", *words], site.join("oidc-mock.log"), environment)
        site.servers.append(self)

    def start(self):
        self.wait_until(self.answers, seconds=30)
        return self

    def answers(self):
        try:
            with urllib.request.urlopen(self.issuer + "/jwks", timeout=2):
                return True
        except OSError:
            return False

    def sign_in(self, location, sub):
        """Where a person who says who he is in the form at `location` is sent."""
        form = urllib.parse.urlencode({"sub": sub}).encode()
        return visit(urllib.request.Request(location, form))


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def visit(request):
    """The `location` that a redirect names."""
    try:
        with urllib.request.build_opener(NoRedirect).open(request, timeout=10) as answer:
            raise AssertionError(f"{answer.status} where a redirect was expected")
    except urllib.error.HTTPError as error:
        return error.headers["location"]
