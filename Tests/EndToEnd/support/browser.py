"""Chromium by its DevTools protocol and Firefox by WebDriver BiDi: a page each, in a profile of its own, no window."""

import copy
import json
import os
import signal
import time
import urllib.request

import websocket

from .process import Process
from .scenario import Failure

ANSWER_TIME = 20
START_TIME = 30


def connect(address):
    return websocket.create_connection(address, timeout=ANSWER_TIME, suppress_origin=True)


class Browser(Process):
    """A started browser with one page; `open` loads into it and `evaluate` runs an expression there."""

    name = None

    def __init__(self, site, environment=(), name=None, flags=()):
        self.profile, self.flags = site.join(f"{name or self.name}-profile"), list(flags)
        os.mkdir(self.profile)
        self.last_call = 0
        # What a browser that listens for errors has heard, of all its windows.
        self.errors = []
        super().__init__(self.arguments(), site.join(f"{self.name}.log"),
                         {**os.environ, "HOME": self.profile, **dict(environment)}, leads_group=True)
        site.servers.insert(0, self)
        self.wait_until(lambda: self.socket_address() is not None, START_TIME)
        self.socket = connect(self.socket_address())
        self.prepare()

    def arguments(self):
        raise NotImplementedError

    def socket_address(self):
        """Where it listens, or None before it does."""
        raise NotImplementedError

    def prepare(self):
        """What is said once, first."""

    def window(self, of=None):
        """A page in a window of its own: of whose window is given, or of somebody else, who shares no cookies with
        anybody. It is ended by `close`, or with the browser."""
        raise NotImplementedError

    def error_of(self, method, parameters):
        """What an event says is wrong, or None."""
        raise NotImplementedError

    def call(self, method, **parameters):
        """The result of a command; of events that come before it only errors are kept."""
        self.last_call += 1
        self.socket.send(json.dumps({"id": self.last_call, "method": method, "params": parameters}))
        deadline = time.monotonic() + ANSWER_TIME
        while time.monotonic() < deadline:
            try:
                answer = json.loads(self.socket.recv())
            except websocket.WebSocketException as error:
                raise Failure(f"{self.name}: {method}: {error}") from error
            if error := "method" in answer and self.error_of(answer["method"], answer["params"]):
                self.errors.append(error)
            if answer.get("id") == self.last_call:
                if "result" not in answer:
                    raise Failure(f"{self.name}: {method} failed: {answer}")
                return answer["result"]
        raise Failure(f"{self.name}: no answer to {method}")

    def stop(self, *options):
        """Ends it by a signal, which both take for the user's wish, and then what outlived it of its many processes."""
        if hasattr(self, "socket"):
            self.socket.close()
        status = super().stop(*options)
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # None did.
        return status


class Chromium(Browser):
    name = "chromium"

    def arguments(self):
        return ["chromium", "--headless=new", *(["--no-sandbox"] if os.geteuid() == 0 else []),
                "--remote-debugging-port=0", f"--user-data-dir={self.profile}", "--no-first-run", "--disable-gpu",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-default-apps", "--autoplay-policy=no-user-gesture-required", *self.flags, "about:blank"]

    def asked(self, path):
        """What it says of itself by HTTP."""
        with open(os.path.join(self.profile, "DevToolsActivePort")) as file:
            port = int(file.read().split()[0])
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
            return json.load(answer)

    def socket_address(self):
        try:
            pages = self.asked("/json/list")
        except (OSError, ValueError, IndexError):
            return None
        return next((page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page"), None)

    def window(self, of=None):
        other = copy.copy(self)
        other.socket = connect(self.asked("/json/version")["webSocketDebuggerUrl"])
        other.context = of.context if of else other.call("Target.createBrowserContext")["browserContextId"]
        made = other.call("Target.createTarget", url="about:blank", browserContextId=other.context, newWindow=True)
        other.socket.close()
        page = next(page for page in self.asked("/json/list") if page["id"] == made["targetId"])
        other.socket = connect(page["webSocketDebuggerUrl"])
        other.prepare()
        return other

    def close(self):
        self.call("Page.close")
        self.socket.close()

    def listen(self):
        """From now on `errors` has what is red in a developer's console."""
        for domain in ("Log", "Runtime"):
            self.call(f"{domain}.enable")

    def error_of(self, method, parameters):
        if method == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            return f"{parameters['entry']['text']} {parameters['entry'].get('url', '')}"
        if method == "Runtime.exceptionThrown":
            return parameters["exceptionDetails"]["text"]
        if method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "assert"):
            return " ".join(str(one.get("value", one.get("description"))) for one in parameters["args"])
        return None

    def prepare(self):
        self.call("Network.enable")
        self.call("Network.setCacheDisabled", cacheDisabled=True)
        # What it says of every request would wait in the socket for as long as nobody reads.
        self.call("Network.disable")

    def open(self, url):
        self.call("Page.navigate", url=url)

    def evaluate(self, expression):
        """The value of an expression, or of the promise that it is."""
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise Failure(f"{self.name}: {expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")


# No page of its own at start, no word to its makers, and videos play unasked.
FIREFOX_PREFERENCES = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.update.enabled": False,
    "media.autoplay.blocking_policy": 0,
    "media.autoplay.default": 0,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "http://127.0.0.1:9/",
    "toolkit.telemetry.enabled": False,
}


class Firefox(Browser):
    name = "firefox"

    def arguments(self):
        with open(os.path.join(self.profile, "user.js"), "w") as file:
            for name, value in FIREFOX_PREFERENCES.items():
                file.write(f"user_pref({json.dumps(name)}, {json.dumps(value)});\n")
        return ["firefox-esr", "--headless", "--no-remote", "--remote-debugging-port", "0",
                "--profile", self.profile, "about:blank"]

    def socket_address(self):
        try:
            with open(os.path.join(self.profile, "WebDriverBiDiServer.json")) as file:
                place = json.load(file)
        except (OSError, ValueError):
            return None
        return f"ws://{place['ws_host']}:{place['ws_port']}/session"

    def prepare(self):
        self.call("session.new", capabilities={})
        self.page = self.call("browsingContext.getTree")["contexts"][0]["context"]

    def window(self, of=None):
        other = copy.copy(self)
        other.context = of.context if of else self.call("browser.createUserContext")["userContext"]
        other.page = self.call("browsingContext.create", type="window", userContext=other.context)["context"]
        return other

    def close(self):
        self.call("browsingContext.close", context=self.page)

    def listen(self):
        """From now on `errors` has what is red in a developer's console, of every window."""
        self.call("session.subscribe", events=["log.entryAdded"])

    def error_of(self, method, parameters):
        return parameters["text"] if method == "log.entryAdded" and parameters["level"] == "error" else None

    def open(self, url):
        self.call("browsingContext.navigate", context=self.page, url=url, wait="complete")

    def evaluate(self, expression):
        """The value of an expression, or of the promise that it is; text, a number or a boolean."""
        answer = self.call("script.evaluate", expression=expression, awaitPromise=True, target={"context": self.page},
                           userActivation=True)
        if answer["type"] != "success":
            raise Failure(f"{self.name}: {expression}: {answer['exceptionDetails']['text']}")
        return answer["result"].get("value")


class Loudspeaker(Process):
    """A sound server whose only output is nowhere, but keeps time: without one Firefox plays no sound at all."""

    def __init__(self, site):
        folder = site.join("loudspeaker")
        os.mkdir(folder)
        self.socket_path = os.path.join(folder, "native")
        super().__init__(
            ["pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "-L",
             "module-null-sink", "-L", f"module-native-protocol-unix socket={self.socket_path} auth-anonymous=1"],
            site.join("loudspeaker.log"),
            {**os.environ, "HOME": folder, "PULSE_RUNTIME_PATH": folder, "XDG_RUNTIME_DIR": folder})
        site.servers.append(self)
        self.wait_until(lambda: os.path.exists(self.socket_path))

    @property
    def environment(self):
        return {"PULSE_SERVER": f"unix:{self.socket_path}"}
