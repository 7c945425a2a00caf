"""Signing in by another service in a browser: there and back to the page where one was, also when one is signed out;
what goes wrong on the way is told on the page where one can try again; the account is connected and disconnected there."""

import os

from support import oidc_mock, tools
from support.browser import Chromium
from support.house import PASSWORD
from support.scenario import expect, expect_alive
from support.servers import ROOT, Podo
from support.visitor import Visitor

KIM = {"sub": "kim", "email": "kim@example.com", "email_verified": True, "name": "Kim Podo"}


def run(site):
    tools.require(["chromium"], ["websocket"])
    oidc_mock.require()
    mock = oidc_mock.OidcMock(site, [KIM]).start()
    podo = Podo(site, environment={
        "PODO_WEB_DIR": os.path.join(ROOT, "Web"), "PODO_OIDC_PROVIDERS": f"mock=mock-client@{mock.issuer}",
        "PODO_OIDC_SECRETS": "mock=secret"}).start()
    visitor = Visitor(Chromium(site), f"http://127.0.0.1:{podo.http_port}")
    visitor.width(390)
    visitor.go("/tickets/")
    visitor.until("location.pathname === '/account/'", "who is not signed in is asked to")
    visitor.until("document.querySelector('.social a')", "the other service is offered")
    visitor.expect_well("the doors")
    visitor.do("document.querySelector('.social a').click()")
    there(visitor, mock)
    visitor.until("location.pathname === '/tickets/' && document.querySelector('.person')", "back where he was")
    visitor.says("Kim Podo")
    visitor.says("You have no tickets yet")
    visitor.go("/account/?next=/purchases/")
    visitor.until("location.pathname === '/purchases/'", "who is signed in goes on at once")
    visitor.go("/account/")
    visitor.do("document.querySelectorAll('main details').forEach((details) => { details.open = true })")
    visitor.says("Disconnect")
    visitor.expect_fits("the account")
    visitor.expect_well("the account")
    # It is the only way into this account.
    visitor.click("Disconnect", "main")
    visitor.says("Set a password on this page first")
    # As it says: without an old one, which he has not.
    visitor.fill("#newPassword", PASSWORD)
    visitor.click("Set a password", "form")
    visitor.says("Your password has been changed")
    visitor.until("document.querySelector('#email')", "he is signed out everywhere")
    unlucky(visitor, podo)
    visitor.browser.stop()
    expect_alive(podo)
    return "there and back by a real provider; what went wrong is told"


def there(visitor, mock):
    visitor.until(f"location.href.startsWith('{mock.issuer}') && document.querySelector('[name=sub]')", "the service asks")
    visitor.do("document.querySelector('[name=sub]').value = 'kim'; document.querySelector('form').requestSubmit()")


def unlucky(visitor, podo):
    """Of another browser, or used already."""
    visitor.browser.open(f"{visitor.base}/api/v1/auth/social/mock/callback?state={'A' * 43}&code=x")
    visitor.until("location.pathname === '/account/' && document.querySelector('main .trouble')", "it is told at the doors")
    visitor.says("was begun in another browser")
    expect(visitor.value("location.hash") == "", "the code of the problem is forgotten")
    visitor.expect_well("an attempt that went wrong")
    visitor.browser.open(f"{visitor.base}/account/#social-code={'A' * 43}")
    visitor.browser.evaluate("location.reload()")
    visitor.until("document.querySelector('main .trouble')", "a code that is no good is told")
    visitor.says("Please begin again")
    expect(visitor.value("location.hash") == "", "the code is forgotten")
