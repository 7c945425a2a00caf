"""The database of a running Podo, looked into from beside it."""

import glob
import json
import os
import subprocess

from .scenario import Failure


def url(podo):
    """Where Podo has said that its own database is."""
    with open(podo.log_path, errors="replace") as log:
        for line in log:
            if '"database started"' in line:
                return json.loads(line)["url"]
    raise Failure("the log does not say where the database is")


def run(podo, program, *arguments, text=None):
    path = max(glob.glob(f"/usr/lib/postgresql/*/bin/{program}"), key=lambda path: int(path.split(os.sep)[4]))
    result = subprocess.run([path, *arguments, url(podo)], input=text, capture_output=True, text=True, timeout=300)
    if result.returncode != 0:
        raise Failure(f"{program}: {result.stderr}")
    return result.stdout


def dump(podo):
    """Everything that is in it, as SQL."""
    return run(podo, "pg_dump", "--inserts")


def query(podo, sql):
    """Rows, columns separated by `|`."""
    return run(podo, "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", text=sql).strip()
