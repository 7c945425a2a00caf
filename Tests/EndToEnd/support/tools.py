"""Says what is missing before anything starts, by the Debian package that brings it."""

import importlib.util
import os
import resource
import shutil
import sys

PACKAGE_OF_TOOL = {
    "cc": "gcc",
    "chromium": "chromium",
    "curl": "curl",
    "ffmpeg": "ffmpeg",
    "ffprobe": "ffmpeg",
    "firefox-esr": "firefox-esr",
    "gst-launch-1.0": "gstreamer1.0-tools",
    "h2load": "nghttp2-client",
    "mpv": "mpv",
    "nghttp": "nghttp2-client",
    "nginx": "nginx-light",
    "obs": "obs-studio",
    "openssl": "openssl",
    "pulseaudio": "pulseaudio",
    "slowhttptest": "slowhttptest",
    "taskset": "util-linux",
    "wrk": "wrk",
    "Xvfb": "xvfb",
}
PACKAGE_OF_MODULE = {"hpack": "python3-hpack", "hyperframe": "python3-hyperframe",
                     "websocket": "python3-websocket"}


def require(tools=(), modules=()):
    """Ends the program with one sentence when a tool or a Python module is not there."""
    missing = {PACKAGE_OF_TOOL[tool] for tool in tools if shutil.which(tool) is None}
    missing |= {PACKAGE_OF_MODULE[name] for name in modules if importlib.util.find_spec(name) is None}
    end_if_missing(missing)


def require_file(path, package):
    """Ends the program with one sentence when what is no program is not there."""
    end_if_missing(set() if os.path.exists(path) else {package})


def end_if_missing(missing):
    if missing:
        names = " ".join(sorted(missing))
        sys.exit(f"missing Debian packages: {names}; `make setup` installs them (or: apt-get install {names})")


def raise_descriptor_limit(wanted):
    """Lets this process and its children open `wanted` descriptors, or ends the program saying why not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= wanted:
        return
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(hard, wanted)))
    except (ValueError, PermissionError):
        sys.exit(f"needs {wanted} open files; the hard limit is {hard}: raise it with `ulimit -Hn {wanted}` as root")
