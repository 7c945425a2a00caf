"""A second Podo on the same data directory says so and ends; the first one serves on."""

from support.scenario import expect
from support.servers import Podo


def run(site):
    first = Podo(site).start()
    second = Podo(site, name="second", data_directory=first.data_directory)
    status = second.wait(5)
    expect(status is not None, "the second server did not end")
    expect(status > 0, f"the second server ended with status {status}")
    said = second.log_tail()
    expect(first.data_directory in said, f"the second server does not name the data directory: {said!r}")
    expect(first.admin("/readyz") is not None, "the first server is no longer ready")
    return f"exit status {status}: {said.strip().splitlines()[-1]}"
