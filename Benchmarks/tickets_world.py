"""What is sold in the tickets and rush benchmarks: members with access tokens, concerts, and rules that must hold."""

import base64
import ctypes
import ctypes.util
import hmac
import json
import os
import re
import time

from scenarios import signin_rush
from support import database
from support.api import Api
from support.servers import ROOT

FIRST_MEMBER = 1_000_000
PRICE = 55_000
RULES = ["Sources/Ticketing/SQL/ReservationInvariants.swift", "Sources/Payments/Ledger/PaymentInvariants.swift"]
# A payment whose outcome is not known for longer breaks a rule.
ALARM_SECONDS = 600


class World:
    """Members and concerts in the database of a Podo that runs. They are made by SQL; what is measured is not."""

    def __init__(self, podo, site, member_count):
        self.podo, self.member_count = podo, member_count
        # The first has signed up; the others are copies of him.
        signin_rush.make_members(podo, member_count + 1)
        self.tokens = TokenMint(podo).tokens(range(FIRST_MEMBER, FIRST_MEMBER + member_count))
        self.token_file = site.join("tokens.txt")
        with open(self.token_file, "w", encoding="utf-8") as file:
            file.write("".join(f"{token}\n" for token in self.tokens))

    def query(self, sql):
        return database.query(self.podo, sql)

    def make_schedule(self, seat_count):
        """A concert on sale with one schedule and places without a number; the number of the schedule."""
        return int(self.query(f"""
            WITH show AS (
                INSERT INTO concert (seller_id, name, runtime_minutes, sale_opens_at, sale_closes_at, purchase_limit,
                    hold_seconds, status)
                VALUES ({FIRST_MEMBER}, 'benchmark', 120, now() - interval '1 hour', now() + interval '1 day', 100,
                    3600, 'PUBLISHED') RETURNING id),
            level AS (
                INSERT INTO grade (concert_id, name, price, kind, capacity)
                SELECT id, 'floor', {PRICE}, 'GENERAL', {seat_count} FROM show RETURNING id, concert_id),
            day AS (
                INSERT INTO schedule (concert_id, starts_at, ends_at, seat_count)
                SELECT id, now() + interval '30 days', now() + interval '31 days', {seat_count} FROM show RETURNING id),
            places AS (
                INSERT INTO seat (schedule_id, seat_no, grade_id, price)
                SELECT day.id, n, level.id, {PRICE} FROM day, level, generate_series(0, {seat_count} - 1) AS n)
            SELECT id FROM day;"""))

    def held_count(self, schedule):
        return int(self.query(f"SELECT count(*) FROM seat WHERE schedule_id = {schedule} AND state <> 0;"))

    def broken_rules(self):
        """Names and counts of the rules that do not hold, by the statements that Podo asks of itself."""
        rules = [rule for path in RULES for rule in statements(os.path.join(ROOT, path))]
        counts = {name: int(self.query(sql.replace("$1", str(ALARM_SECONDS)) + ";")) for name, sql in rules}
        return {name: count for name, count in counts.items() if count}


def statements(path):
    with open(path, encoding="utf-8") as file:
        found = re.findall(r'"invariant_(\w+)",\s*"""\n(.*?)"""', file.read(), re.DOTALL)
    if not found:
        raise SystemExit(f"{path} has no rules")
    return found


class TokenMint:
    """Access tokens of members who never signed in: a real one is the pattern, and whoever has the secret file can sign
    (Ed25519, by the libcrypto that Podo uses). Signing in ten thousand takes five minutes of password hashes."""

    ED25519 = 1087

    def __init__(self, podo):
        body = {"email": "first@example.com", "password": signin_rush.PASSWORD}
        answer = Api(podo.http_port).post("/auth/signin", body)
        if answer.status != 200:
            raise SystemExit(f"sign-in: {answer.status} {answer.body!r}")
        self.header, claims, _ = answer.json["accessToken"].split(".")
        self.claims = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        self.crypto = ctypes.CDLL(ctypes.util.find_library("crypto"))
        self.crypto.EVP_PKEY_new_raw_private_key.restype = ctypes.c_void_p
        self.crypto.EVP_MD_CTX_new.restype = ctypes.c_void_p
        seed = seed_of(podo)
        self.key = ctypes.c_void_p(
            self.crypto.EVP_PKEY_new_raw_private_key(self.ED25519, None, seed, ctypes.c_size_t(len(seed))))

    def tokens(self, members):
        return [self.token(member) for member in members]

    def token(self, member):
        now = int(time.time())
        claims = self.claims | {
            "sub": str(member), "iat": now, "exp": now + 24 * 3600, "sid": text(os.urandom(16)),
            "jti": text(os.urandom(16))}
        signed = f"{self.header}.{text(json.dumps(claims, separators=(',', ':')).encode())}"
        return f"{signed}.{text(self.signature(signed.encode()))}"

    def signature(self, message):
        context = ctypes.c_void_p(self.crypto.EVP_MD_CTX_new())
        result, length = ctypes.create_string_buffer(64), ctypes.c_size_t(64)
        begun = self.crypto.EVP_DigestSignInit(context, None, None, None, self.key) == 1
        done = begun and self.crypto.EVP_DigestSign(
            context, result, ctypes.byref(length), message, ctypes.c_size_t(len(message))) == 1
        self.crypto.EVP_MD_CTX_free(context)
        if not done:
            raise SystemExit("libcrypto does not sign")
        return result.raw


def text(content):
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def seed_of(podo):
    """The key of the newest generation in the secret file, derived for this purpose (HKDF with SHA-256, RFC 5869)."""
    with open(os.path.join(podo.data_directory, signin_rush.SECRET_FILE), encoding="utf-8") as file:
        secret = bytes.fromhex(file.readline().split()[1])
    extracted = hmac.digest(b"podo", secret, "sha256")
    return hmac.digest(extracted, b"access-token" + b"\x01", "sha256")
