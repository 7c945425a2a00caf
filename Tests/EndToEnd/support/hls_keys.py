"""AES-128 keys of segments, fetched as a player does."""

import subprocess


class Keys:
    def __init__(self, watch):
        self.watch, self.known = watch, {}

    def clear(self, viewer, data, key):
        """The bytes without encryption; None when there are none, or no key."""
        if data is None or not key:
            return data
        secret = self.known.get(key["URI"]) or self.watch.fetch(viewer, key["URI"], "K5", self.watch.epoch)
        if secret is None:
            return None
        self.known[key["URI"]] = secret
        if not self.watch.report.expect(len(secret) == 16, key["URI"], "K5", f"a key of {len(secret)} bytes"):
            return None
        run = subprocess.run(
            ["openssl", "enc", "-d", "-aes-128-cbc", "-K", secret.hex(), "-iv", key["IV"][2:]], input=data,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        self.watch.report.count("segments decrypted")
        self.watch.report.expect(run.returncode == 0, key["URI"], "K5", "what it encrypts is not padded right")
        return run.stdout if run.returncode == 0 else None
