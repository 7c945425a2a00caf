"""What reads and tries the API's description: openapi-spec-validator and schemathesis, from scripts/install-wheels api-tools."""

import json
import os
import subprocess
import sys

from .scenario import Failure
from .servers import ROOT

FOLDER = os.path.join(ROOT, ".vendor/api-tools")
RUN_TIME_MAX = 600
# That a valid value is taken is for the rules of what it means to say: a mail address may be in use.
EXCLUDED_CHECKS = ["positive_data_acceptance"]
# All that schemathesis knows but QUERY: a method that the server knows nothing of is answered with 501 (RFC 9110
# §15.6.2), which it takes for an error of the server. And a body that is too large is refused as such before it is read
# for what else is wrong with it, which it does not expect.
CONFIGURATION = """[phases.coverage]
unexpected-methods = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "PATCH", "TRACE"]
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428, 429]
"""


def require():
    """Ends the program with one sentence when the tools are not there."""
    if not os.path.exists(os.path.join(FOLDER, "installed.txt")):
        sys.exit("schemathesis is missing; scripts/install-wheels api-tools fetches it")


def validate(text):
    """Says what of a document is not OpenAPI 3.1."""
    code = ("import json, sys, openapi_spec_validator as v\n"
            "for error in v.OpenAPIV31SpecValidator(json.load(sys.stdin)).iter_errors():\n"
            "    print('/'.join(map(str, error.path)), error.message)\n")
    finished = python(["-c", code], text)
    if finished.returncode != 0 or finished.stdout:
        raise Failure(f"the document is not OpenAPI 3.1: {finished.stdout or finished.stderr}")


def fuzz(text, base_url, folder, bearer=None, example_count=50, seed=1):
    """Sends what the document allows and what it does not, and fails on an answer that it does not tell of. The number
    of requests that were sent."""
    document, report = os.path.join(folder, "openapi.json"), os.path.join(folder, "requests.har")
    configuration = os.path.join(folder, "schemathesis.toml")
    # Said so, and not as a header, it leaves the token out where it tries what happens then.
    settings = CONFIGURATION + (f'[auth.openapi.bearer]\nbearer = "{bearer}"\n' if bearer else "")
    # From a file: schemathesis leaves out the route that it has got the document from.
    for path, content in ((document, text), (configuration, settings)):
        with open(path, "w") as file:
            file.write(content)
    arguments = ["-c", "from schemathesis.cli import schemathesis; schemathesis()", "--config-file", configuration,
                 "run", document, "--url", base_url,
                 "--checks", "all", "--exclude-checks", ",".join(EXCLUDED_CHECKS), "--max-examples", str(example_count),
                 "--seed", str(seed), "--no-color", "--continue-on-failure", "--request-timeout", "10",
                 "--report", "har", "--report-har-path", report]
    finished = python(arguments, folder=folder)
    if finished.returncode != 0:
        # What it found comes first, and then warnings without number.
        found = finished.stdout.partition("= FAILURES =")[2] or finished.stdout[-6000:]
        raise Failure(f"schemathesis (--seed {seed}) found:\n{found[:8000]}{finished.stderr[-2000:]}")
    with open(report) as file:
        return len(json.load(file)["log"]["entries"])


def python(arguments, text=None, folder=None):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return subprocess.run(["/usr/bin/python3", *arguments], input=text, text=True, capture_output=True, cwd=folder,
                          timeout=RUN_TIME_MAX, env=environment | {"PYTHONPATH": FOLDER})
