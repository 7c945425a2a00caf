"""Numbers as people and scripts read them."""


def median(values):
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def percentile(values, percent):
    """The smallest value that at least `percent` of all are not above; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) * percent // 100, len(ordered) - 1)] if ordered else 0


def milliseconds(seconds):
    return f"{seconds * 1000:.1f} ms"


def kibibytes(byte_count):
    return f"{byte_count / 1024:.0f} KiB"


def verdict(value, bar):
    return "ok" if value <= bar else "short"


def ratio_line(name, value, bar):
    return f"RATIO {name} {value:.3f} {bar} {verdict(value, bar)}"


def rate_line(name, value, bar):
    """A ratio of which more is better."""
    return f"RATIO {name} {value:.3f} >={bar} {'ok' if value >= bar else 'short'}"


def figure_line(name, value, unit, bar):
    return f"FIGURE {name} {value:.0f} {unit} {bar} {verdict(value, bar)}"
