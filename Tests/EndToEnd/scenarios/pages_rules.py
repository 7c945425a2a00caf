"""Rules of the pages, row by row in a browser: what is told of money and of sales, ways that lead elsewhere, requests
whose answer was lost, changes of seats that come while a map is read. Every text that a page names is there."""

import json
import os
import re

from support import tools
from support.browser import Chromium
from support.scenario import expect, expect_alive
from support.servers import ROOT, Podo
from support.visitor import Visitor

with open(os.path.join(ROOT, "Tests/EndToEnd/pages/rules.js"), encoding="utf-8") as file:
    RULES = file.read().strip()
# Texts that are named whole; those put together are seen where they are said.
NAMED = re.compile(r"""\bt\(\s*"([a-zA-Z.-]+)"\s*[,)]""")
SCRIPTS = os.path.join(ROOT, "Web/js")


def run(site):
    tools.require(["chromium"], ["websocket"])
    podo = Podo(site, environment={"PODO_WEB_DIR": os.path.join(ROOT, "Web")}).start()
    visitor = Visitor(Chromium(site), f"http://127.0.0.1:{podo.http_port}")
    visitor.go("/docs/")
    visitor.until("document.querySelector('#about code')", "names in the description are code")
    expect("`" not in visitor.value("document.querySelector('main').innerText"), "no mark of Markdown is shown")
    wrong = visitor.browser.evaluate(RULES)
    expect(wrong == [], f"{wrong}")
    names = texts_named()
    files = [f"/js/{name}" for name in os.listdir(SCRIPTS) if name.endswith("texts.js") or name == "problems.js"]
    known = set(visitor.browser.evaluate(
        f"Promise.all({json.dumps(files)}.map((file) => import(file)))"
        ".then((modules) => modules.flatMap((module) => Object.values(module)).flatMap(Object.keys))"))
    expect(names <= known, f"no texts: {sorted(names - known)}")
    visitor.browser.stop()
    expect_alive(podo)
    return f"every row is as it should be; {len(names)} texts are named, and there"


def texts_named():
    found = set()
    for name in os.listdir(SCRIPTS):
        with open(os.path.join(SCRIPTS, name), encoding="utf-8") as script:
            found.update(NAMED.findall(script.read()))
    return found
