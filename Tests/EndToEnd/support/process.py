"""A child process: its log, its end, and what it costs by /proc."""

import os
import signal
import subprocess
import time


class StartFailure(Exception):
    """A server did not become ready; carries what it said."""


class Process:
    """One started program. Stopped by its own pid, never by name; what it says goes to a file, its output to `output`
    where there is one, and it has the open `descriptors`. It can lead a group of processes of its own, and run as another
    `user`, an entry of the list of users."""

    def __init__(self, arguments, log_path, environment=None, output=None, descriptors=(), leads_group=False,
                 user=None):
        self.log_path = log_path
        with open(log_path, "wb") as log:
            self.child = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=log if output is None else output, stderr=log,
                env=environment, pass_fds=descriptors, start_new_session=leads_group,
                **({"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}))

    @property
    def pid(self):
        return self.child.pid

    @property
    def is_alive(self):
        return self.child.poll() is None

    def send(self, number):
        self.child.send_signal(number)

    def wait(self, seconds):
        """The exit status, negative for a signal, or None when it still runs after `seconds`."""
        try:
            return self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def stop(self, number=signal.SIGTERM, seconds=10):
        """Asks it to end, insists after `seconds`, and returns the exit status."""
        if self.is_alive:
            self.send(number)
        status = self.wait(seconds)
        if status is None:
            self.child.kill()
            status = self.child.wait()
        return status

    def log_tail(self, line_count=15):
        with open(self.log_path, errors="replace") as log:
            return "".join(log.readlines()[-line_count:])

    def wait_until(self, is_ready, seconds=10):
        """Polls `is_ready` until it is true; raises with the log's tail when the process ends or time runs out."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.is_alive:
                raise StartFailure(f"ended with status {self.child.returncode}:\n{self.log_tail()}")
            if is_ready():
                return
            time.sleep(0.02)
        raise StartFailure(f"not ready after {seconds} s:\n{self.log_tail()}")

    # What it costs, children included: nginx does its work in one.

    def pids(self):
        found, index = [self.pid], 0
        while index < len(found):
            found += children_of(found[index])
            index += 1
        return found

    def cpu_nanoseconds(self):
        return sum(cpu_nanoseconds_of(pid) for pid in self.pids())

    def rss_bytes(self):
        return sum(rss_bytes_of(pid) for pid in self.pids())


def children_of(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(word) for word in file.read().split()]
    except FileNotFoundError:
        return []


def cpu_nanoseconds_of(pid):
    """Time on a CPU, user and system, of every thread; /proc/PID/stat only knows hundredths of a second."""
    total = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{thread}/schedstat") as file:
                total += int(file.read().split()[0])
        except FileNotFoundError:
            continue
    return total


def rss_bytes_of(pid):
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
