"""The private PostgreSQL of a Podo, seen from outside."""

import glob
import json
import os
import subprocess

from .scenario import expect


class PrivateDatabase:
    def __init__(self, data_directory):
        self.directory = os.path.realpath(data_directory) + "/postgres"

    def processes(self):
        """Every process that is in the directory, whoever started it."""
        found = []
        for link in glob.glob("/proc/[0-9]*/cwd"):
            try:
                if os.readlink(link).startswith(self.directory):
                    found.append(int(link.split("/")[2]))
            except OSError:
                continue
        return found

    def postmaster(self):
        with open(self.directory + "/postmaster.pid", encoding="utf-8") as file:
            return int(file.readline())

    def query(self, sql, database="podo", user="podo"):
        """The rows as psql prints them; raises `subprocess.CalledProcessError` with the server's words."""
        with open(self.directory + "/PG_VERSION", encoding="utf-8") as file:
            version = file.read().strip()
        return subprocess.run(
            [f"/usr/lib/postgresql/{version}/bin/psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1",
             f"postgresql:///{database}?host={self.directory}&user={user}"],
            input=sql, text=True, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60).stdout.strip()

    def expect_nothing_left(self):
        left = self.processes()
        expect(not left, f"processes of the database are left over: {left}")


def state(podo):
    """What `/statusz` says of the database."""
    return json.loads(podo.admin("/statusz") or "{}").get("database", {})


def readiness(podo):
    """What `/readyz` says; empty when it says 503 or nothing."""
    return json.loads(podo.admin("/readyz") or "{}")
