"""The same one-seat reservation, as programs that do not batch make it: one transaction a request."""

import glob
import os
import re
import shutil
import subprocess

from support import database
from support.process import Process
from support.servers import free_port

HERE = os.path.dirname(os.path.abspath(__file__))
# One question for the sale and what the member has. No lock on the member: two requests of one could pass his limit,
# which Podo's cannot; the peers are spared that.
CHECK = """
SELECT c.id AS concert, c.currency AS currency FROM schedule s JOIN concert c ON c.id = s.concert_id
    WHERE s.id = :schedule AND s.deleted_at IS NULL AND c.deleted_at IS NULL AND s.status = 'SCHEDULED'
        AND c.status = 'PUBLISHED' AND now() >= c.sale_opens_at AND now() < c.sale_closes_at
        AND c.purchase_limit > (SELECT coalesce(sum(r.live_count), 0) FROM reservation r
            WHERE r.schedule_id = s.id AND r.member_id = :member AND r.status IN ('PENDING', 'CONFIRMED')
                AND (r.status = 'CONFIRMED' OR r.is_paying OR r.held_until > now())) \\gset
"""
RESERVE = """
INSERT INTO reservation (member_id, concert_id, schedule_id, currency, total, live_count, held_until)
    VALUES (:member, :concert, :schedule, :currency, :price, 1, now() + interval '1 hour')
    RETURNING id AS reservation \\gset
"""
LINE = """
INSERT INTO reservation_seat (reservation_id, schedule_id, seat_no, grade_id, price)
    VALUES (:reservation, :schedule, :seat, :grade, :price);
COMMIT;
"""
TAKE = """
UPDATE seat SET state = 1, reservation_id = :reservation, version = version + 1, held_until = (
        SELECT held_until FROM reservation WHERE id = :reservation)
    WHERE schedule_id = :schedule AND seat_no = :seat AND state = 0"""
LOOK = "SELECT price AS price, grade_id AS grade, version AS version FROM seat" \
    " WHERE schedule_id = :schedule AND seat_no = :seat AND state = 0"
COUNTERS = """\\set n :n + 1
\\set seat :n * :clients + :client_id
\\set member :first_member + :seat % :members
"""
SCRIPTS = {
    "pessimistic": COUNTERS + "BEGIN;" + CHECK + LOOK + " FOR UPDATE \\gset\n" + RESERVE + TAKE + ";" + LINE,
    "optimistic": COUNTERS + "BEGIN;" + CHECK + LOOK + " \\gset\n" + RESERVE + TAKE + " AND version = :version;" + LINE,
}


class Pgbench:
    """A script of pgbench with prepared statements, on Podo's own database."""

    def __init__(self, world, site, name, first_member):
        self.world, self.first_member = world, first_member
        self.path = site.join(f"{name}.sql")
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(SCRIPTS[name])

    def rate(self, schedule, client_count, seconds):
        variables = {"schedule": schedule, "clients": client_count, "members": self.world.member_count,
                     "first_member": self.first_member, "n": -1}
        done = subprocess.run(
            [newest("pgbench"), "-n", "-M", "prepared", "-c", str(client_count), "-j", "1", "-T", str(seconds),
             "-f", self.path, *(f"-D{name}={value}" for name, value in variables.items()),
             database.url(self.world.podo)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        failed = re.search(r"failed transactions: (\d+)", done.stdout)
        if done.returncode != 0 or (failed and failed[1] != "0"):
            raise SystemExit(f"tickets benchmark: pgbench failed: {done.stdout[-800:]}")
        return float(re.search(r"tps = ([0-9.]+)", done.stdout)[1])


class RedisLocks:
    """The seat is locked in Redis, then taken in PostgreSQL, then unlocked: a small C program, because pgbench does not
    speak to Redis."""

    def __init__(self, world, site, first_member):
        self.world, self.first_member = world, first_member
        self.port = free_port()
        self.program = site.join("redis_locks")
        subprocess.run(
            ["cc", "-O2", "-pthread", "-I/usr/include/postgresql", os.path.join(HERE, "redis_locks.c"), "-o",
             self.program, "-lpq"], check=True)
        site.servers.append(Process(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
            site.join("redis.log")))

    @staticmethod
    def is_installed():
        return shutil.which("redis-server") is not None

    def rate(self, schedule, client_count, seconds):
        arguments = [database.url(self.world.podo), self.port, schedule, client_count, seconds, self.first_member,
                     self.world.member_count]
        done = subprocess.run([self.program, *map(str, arguments)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"tickets benchmark: redis_locks failed: {done.stderr[-800:]}")
        return float(done.stdout)


def newest(program):
    return max(glob.glob(f"/usr/lib/postgresql/*/bin/{program}"), key=lambda path: int(path.split(os.sep)[4]))
