"""What a watch over a stream has found: violations by rule, and how much was looked at."""

import threading
import time
from collections import Counter

SHOWN_PER_MARK_MAX = 12


class Report:
    def __init__(self):
        self.lock = threading.Lock()
        self.counts = Counter()
        self.found = Counter()
        self.shown = []
        self.begun = time.monotonic()

    def count(self, what, number=1):
        with self.lock:
            self.counts[what] += number

    def add(self, name, mark, message):
        with self.lock:
            self.found[mark] += 1
            if self.found[mark] <= SHOWN_PER_MARK_MAX:
                self.shown.append(f"[{time.monotonic() - self.begun:7.2f}] {name}: {mark}: {message}")

    def expect(self, condition, name, mark, message):
        if not condition:
            self.add(name, mark, message)
        return bool(condition)

    def take(self, violations):
        """Those of a validator, which begin with a name and a mark; the list is emptied."""
        for text in violations:
            name, mark, message = text.split(": ", 2)
            self.add(name, mark, message)
        violations.clear()

    def require(self, names):
        """A run that has not looked at one of these has found nothing out."""
        for name in names:
            self.expect(self.counts[name], "watch", "HARNESS", f"0 {name}")

    @property
    def is_clean(self):
        return not self.found

    def summary(self):
        return ", ".join(f"{number} {what}" for what, number in sorted(self.counts.items()))

    def violations(self):
        rest = [f"… {count - SHOWN_PER_MARK_MAX} more of {mark}" for mark, count in self.found.items()
                if count > SHOWN_PER_MARK_MAX]
        return "\n".join(self.shown + rest)
