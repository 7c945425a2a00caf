"""Somebody who uses the pages in a browser: looks, clicks, types; and everything that goes wrong there is kept."""

import json
import os
import time

from .scenario import expect

# What a page says is wrong: errors, what its policy refuses, dialogs; with what was wrong on those before it.
WATCH = """() => {
  const kept = (take) => { try { return take(sessionStorage); } catch { return null; } };
  window.wrong = JSON.parse(kept((storage) => storage.getItem("wrong"))) ?? [];
  addEventListener("pagehide", () => kept((storage) => storage.setItem("wrong", JSON.stringify(wrong))));
  addEventListener("error", (event) => wrong.push("error: " + event.message));
  addEventListener("unhandledrejection", (event) => wrong.push("rejected: " + event.reason));
  addEventListener("securitypolicyviolation", (event) => wrong.push(
    `policy of ${location.pathname}: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
  const error = console.error;
  for (const name of ["alert", "confirm", "prompt"]) window[name] = () => { wrong.push("dialog: " + name); };
  console.error = (...words) => { wrong.push("console: " + words.join(" ")); error(...words); };
}"""
WAIT_TIME = 15
with open(os.path.join(os.path.dirname(__file__), "page_checks.js"), encoding="utf-8") as file:
    CHECKS = file.read().strip()


class Visitor:
    def __init__(self, browser, base, language="en"):
        self.browser, self.base = browser, base
        if browser.name == "chromium":
            browser.call("Page.enable")
            browser.call("Page.addScriptToEvaluateOnNewDocument", source=f"({WATCH})()")
        else:
            browser.call("script.addPreloadScript", functionDeclaration=WATCH, contexts=[browser.page])
        self.go("/favicon.svg")
        # A browser looks for more beside a picture, which the policy of pictures forbids.
        self.do(f"localStorage.setItem('podo-language', '{language}'); wrong.length = 0")

    def prepare(self, script):
        """Runs it in every page before the page's own."""
        if self.browser.name == "chromium":
            self.browser.call("Page.addScriptToEvaluateOnNewDocument", source=script)
        else:
            self.browser.call("script.addPreloadScript", functionDeclaration=f"() => {{ {script} }}",
                              contexts=[self.browser.page])

    def tab(self):
        self.press("Tab", "Tab", 9, "\ue004")

    def press(self, key, code, number=0, value=None):
        """A key, as pressed."""
        if self.browser.name == "chromium":
            for what in ("keyDown", "keyUp"):
                self.browser.call("Input.dispatchKeyEvent", type=what, key=key, code=code, windowsVirtualKeyCode=number)
        else:
            keys = [{"type": what, "value": value or key} for what in ("keyDown", "keyUp")]
            self.browser.call("input.performActions", context=self.browser.page,
                              actions=[{"type": "key", "id": "keys", "actions": keys}])

    def press_at(self, x, y):
        """With a mouse, at a place of the window."""
        if self.browser.name == "chromium":
            for what in ("mousePressed", "mouseReleased"):
                self.browser.call("Input.dispatchMouseEvent", type=what, x=x, y=y, button="left", clickCount=1)
        else:
            steps = [{"type": "pointerMove", "x": round(x), "y": round(y)}, {"type": "pointerDown", "button": 0},
                     {"type": "pointerUp", "button": 0}]
            self.browser.call("input.performActions", context=self.browser.page,
                              actions=[{"type": "pointer", "id": "mouse", "actions": steps}])

    def dark(self, is_dark):
        """Only where a browser can be told."""
        if self.browser.name == "chromium":
            self.browser.call("Emulation.setEmulatedMedia", features=[
                {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}])
            # Colours take a moment to change.
            time.sleep(0.3)

    def width(self, width, height=844):
        if self.browser.name == "chromium":
            self.browser.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                              mobile=width < 600)
        else:
            self.browser.call("browsingContext.setViewport", context=self.browser.page,
                              viewport={"width": width, "height": height})

    def go(self, path):
        self.browser.open(self.base + path)
        if not path.endswith(".svg"):
            self.until("document.querySelector('main:not([aria-busy])')", f"{path} is shown")

    def sign_in(self, email, password):
        """Without the form; who was signed in before is signed out."""
        self.go("/")
        send = ("((path, body) => fetch('/api/v1/auth/' + path, {method: 'POST', body: JSON.stringify(body), "
                "headers: {'content-type': 'application/json'}}).then((answer) => answer.status))")
        self.browser.evaluate(f"{send}('signout', {{}})")
        if email:
            body = json.dumps({"email": email, "password": password, "session": "cookie"})
            status = self.browser.evaluate(f"{send}('signin', {body})")
            expect(status == 200, f"sign-in of {email}: {status}")

    def do(self, script):
        return self.browser.evaluate(f"(() => {{ {script}; return true }})()")

    def value(self, expression):
        """As JSON, which both browsers hand over alike."""
        text = self.browser.evaluate(f"JSON.stringify({expression})")
        return None if text is None else json.loads(text)

    def until(self, expression, what, seconds=WAIT_TIME):
        deadline = time.monotonic() + seconds
        while True:
            if self.value(f"Boolean({expression})"):
                return
            if time.monotonic() > deadline:
                text = self.value("document.body.innerText.slice(0, 400)")
                address = self.value("location.href")
                expect(False, f"{self.browser.name}: after {seconds} s not: {what}; {address} shows {text!r}")
            time.sleep(0.05)

    def says(self, text, seconds=WAIT_TIME):
        self.until(f"document.body?.innerText.includes({json.dumps(text)})", f"\"{text}\" is said", seconds)

    def fill(self, selector, text):
        """As typed: pages hear of it."""
        self.do(f"const field = document.querySelector({json.dumps(selector)}); field.focus(); "
                f"field.value = {json.dumps(text)}; field.dispatchEvent(new Event('input', {{bubbles: true}}))")

    def click(self, text, within="body"):
        """The first button or link of these words that can be clicked."""
        found = (f"[...document.querySelectorAll({json.dumps(within + ' button, ' + within + ' a')})]"
                 f".find((node) => node.textContent.trim() === {json.dumps(text)} && !node.disabled "
                 "&& !node.hasAttribute('aria-disabled'))")
        self.until(found, f"\"{text}\" can be clicked")
        self.do(f"{found}.click()")

    def expect_fits(self, what):
        over = self.value("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        expect(over <= 0, f"{self.browser.name}: {what} is {over} pixels too wide")

    def barriers(self):
        """Errors of the page so far, and what it owes to its readers."""
        return self.value("window.wrong") + self.value(CHECKS)

    def expect_well(self, what):
        wrong = self.barriers()
        expect(wrong == [], f"{self.browser.name}: {what}: {wrong}")
