"""What a page owes to people who do not see it well, do not point, or read while it loads: asked of axe-core, of the Tab
key and of the browser's own record of what moved."""

import json
import os

from .servers import ROOT

AXE = os.path.join(ROOT, ".vendor/axe/axe_playwright_python/axe.min.js")
# The rules of WCAG 2.2 to level AA, and what axe-core's authors hold to besides.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = """axe.run(document, {runOnly: %s, resultTypes: ["violations"]}).then((found) => JSON.stringify(
  found.violations.flatMap((rule) => rule.nodes.slice(0, 3).map((node) => rule.id + " at " + node.target.join(" ")))))"""
# What moved without anybody having asked for it, and how far: 0 is nothing, 0.1 is where readers begin to notice.
SHIFTS = """new Promise((resolve) => {
  const moved = [];
  new PerformanceObserver((list) => moved.push(...list.getEntries())).observe({type: "layout-shift", buffered: true});
  setTimeout(() => resolve(JSON.stringify(moved.filter((one) => !one.hadRecentInput).map((one) => [one.value,
    one.sources.map((source) => source.node?.className || source.node?.nodeName || "?").join(" ")]))), 100);
})"""
SHIFT_MAX = 0.02
TABS_MAX = 60
# Whether who uses the keys sees where he is: a ring on what has the focus, or on what stands for it.
FOCUSED = """(() => {
  const node = document.activeElement;
  if (!node || node === document.body || node === document.documentElement) return null;
  const box = node.getBoundingClientRect();
  const stands = [node, node.nextElementSibling, node.parentElement, ...(node.labels ?? []),
    ...[...(node.labels ?? [])].flatMap((label) => [...label.children]), ...(node.nextElementSibling?.children ?? [])];
  const ring = (one) => {
    const style = one && getComputedStyle(one);
    return style && style.opacity !== "0" && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  };
  window.tabbed ??= new Set();
  const isAgain = tabbed.has(node);
  tabbed.add(node);
  const name = `${node.tagName.toLowerCase()}${node.id && "#" + node.id} "${(node.textContent || "").trim().slice(0, 30)}"`;
  const isSeen = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return { name, isAgain, hasRing: stands.some(ring), isSeen };
})()"""


def axe_source():
    with open(AXE, encoding="utf-8") as file:
        return file.read()


def violations(visitor):
    return json.loads(visitor.browser.evaluate(RUN_AXE % RULES))


def shifts(visitor):
    """Chromium's alone: other browsers keep no such record."""
    if visitor.browser.name != "chromium":
        return []
    moved = json.loads(visitor.browser.evaluate(SHIFTS))
    total = sum(value for value, _ in moved)
    return [f"moved by {total:.3f}: {'; '.join(what for _, what in moved)}"] if total > SHIFT_MAX else []


def tabbing(visitor):
    """Goes through the page by the Tab key: everything that has the focus is seen, and seen to have it. In Chromium:
    Firefox without a window has no focus to show."""
    if visitor.browser.name != "chromium":
        return []
    wrong = []
    for _ in range(TABS_MAX):
        visitor.tab()
        at = visitor.value(FOCUSED)
        if at is None or at["isAgain"]:
            break
        if not at["hasRing"]:
            wrong.append(f"no ring on {at['name']}")
        if not at["isSeen"]:
            wrong.append(f"out of sight: {at['name']}")
    return wrong

