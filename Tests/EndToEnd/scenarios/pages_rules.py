"""Rules of the pages, row by row in a browser: what is told of money and of sales, ways that lead elsewhere, requests
whose answer was lost, changes of seats that come while a map is read. Every text that a page names is there."""

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
NAMED = re.compile(r"""\bt\(\s*"([a-zA-Z.-]+)"\s*[,)]|\?\s*"([a-z]+\.[a-zA-Z.-]+)"\s*:\s*"([a-z]+\.[a-zA-Z.-]+)"\s*[,)]""")


def run(site):
    tools.require(["chromium"], ["websocket"])
    podo = Podo(site, environment={"PODO_WEB_DIR": os.path.join(ROOT, "Web")}).start()
    visitor = Visitor(Chromium(site), f"http://127.0.0.1:{podo.http_port}")
    visitor.go("/docs/")
    wrong = visitor.browser.evaluate(RULES)
    expect(wrong == [], f"{wrong}")
    names = texts_named()
    visitor.do("window.learned = import('/js/texts.js').then(async ({ texts }) => ({ ...texts, "
               "...(await import('/js/problems.js')).problems, ...(await import('/js/staff-texts.js')).staffTexts }))")
    known = set(visitor.browser.evaluate("window.learned.then((texts) => Object.keys(texts))"))
    expect(names <= known, f"no texts: {sorted(names - known)}")
    visitor.browser.stop()
    expect_alive(podo)
    return f"every row is as it should be; {len(names)} texts are named, and there"


def texts_named():
    folder = os.path.join(ROOT, "Web/js")
    found = set()
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), encoding="utf-8") as script:
            for match in NAMED.finditer(script.read()):
                found.update(text for text in match.groups() if text)
    return found
