"""How a scenario says that something is not as it must be."""

from .figures import kibibytes


class Failure(Exception):
    """What was wrong, in one sentence."""


def expect(condition, message):
    if not condition:
        raise Failure(message)


def expect_alive(server):
    expect(server.is_alive, f"the server ended with status {server.child.returncode}")


def expect_growth(server, before, byte_count_max):
    """How much RSS grew since `before`; fails above the bound."""
    growth = server.rss_bytes() - before
    expect(growth <= byte_count_max, f"memory grew by {kibibytes(growth)}, more than {kibibytes(byte_count_max)}")
    return growth


def expect_healthy(probe):
    """A probe that ran must have been answered every time."""
    expect(probe.latencies, "the health probe never ran")
    expect(not probe.failures, f"the health probe failed {len(probe.failures)} times, first: {probe.failures[:1]}")
