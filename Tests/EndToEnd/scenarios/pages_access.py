"""Every page for everybody: in Chromium and Firefox, in Korean and English, on a phone and a desk, light and dark. Of each
axe-core finds nothing, nothing overflows, the Tab key leads to everything with a ring around it, and nothing moves
under the reader's finger. `PICTURES=manage,studio` takes only pages whose name has one of these words in it."""

import itertools
import os
import time

from scenarios.pages_pictures import WIDTHS, World, pages, show
from support.browser import Chromium, Firefox
from support.house import PASSWORD, SIMULATED
from support.page_access import AXE, axe_source, shifts, tabbing, violations
from support.scenario import expect, expect_alive
from support.servers import ROOT, Podo
from support.tools import require_file
from support.visitor import Visitor

LANGUAGES = ("ko", "en")


def run(site):
    require_file(AXE, "scripts/install-wheels axe")
    podo = Podo(site, environment=SIMULATED | {"PODO_WEB_DIR": os.path.join(ROOT, "Web"), "PODO_LOOPS": "2"}).start()
    world = World(site, podo)
    base = f"http://127.0.0.1:{podo.http_port}"
    chosen = [word for word in os.environ.get("PICTURES", "").split(",") if word]
    wanted = sorted((page for page in pages(world) if not chosen or any(word in page[0] for word in chosen)),
                    key=lambda page: page[1] or "")
    count, wrong = 0, []
    for browser, language in itertools.product((Chromium, Firefox), LANGUAGES):
        visitor = Visitor(browser(site, name=f"{browser.name}-{language}"), base, language)
        visitor.prepare(axe_source())
        last = None
        for (name, who, path, first), (size, width) in itertools.product(wanted, WIDTHS.items()):
            if who != last:
                visitor.sign_in(who and f"{who}@example.com", PASSWORD)
                last = who
            visitor.width(width)
            # Each form of light is seen in each language: on a phone by one, on a desk by the other.
            visitor.dark((size == "phone") == (language == "ko"))
            wrong += [f"{browser.name} {language} {size} {name}: {one}" for one in barriers(visitor, path, first)]
            count += 1
        visitor.browser.stop()
    expect_alive(podo)
    expect(not wrong, f"{len(wrong)} barriers:\n" + "\n".join(wrong))
    return f"{count} views of {len(wanted)} pages"


def barriers(visitor, path, first):
    visitor.browser.open("about:blank")
    show(visitor, path)
    found = shifts(visitor)
    if first:
        visitor.do(first)
        time.sleep(0.7)
    over = visitor.value("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if over > 0:
        found.append(f"{over} pixels too wide")
    return found + violations(visitor) + visitor.value("window.wrong") + tabbing(visitor)
