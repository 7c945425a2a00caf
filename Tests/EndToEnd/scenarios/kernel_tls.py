"""The TLS tests of Reactor in a small virtual machine with Debian's own kernel, which seals TLS records itself.

The kernel that tests usually run on may lack its `tls` module. The guest sees the host's files read-only; processors
are emulated, so it tells nothing about speed.
"""

import base64
import os
import re
import shutil
import subprocess

from support import tools
from support.scenario import expect

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(os.path.join(HERE, "..", "..", ".."))
GUEST = os.path.join(ROOT, ".build", "guest")
MODULES = ["virtio_pci", "9pnet_virtio", "9p", "gcm", "ctr", "aesni_intel", "chacha20poly1305", "tls"]
SECONDS_MAX = 300
SEALED_COUNT_MIN = 20


def run(_site):
    tools.require(["qemu-system-x86_64", "busybox", "cpio", "depmod", "modprobe", "dpkg-deb"], [])
    bundle = subprocess.run(
        ["swift", "build", "--show-bin-path"], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout.decode().strip()
    bundle = os.path.join(bundle, "podoPackageTests.xctest")
    expect(os.path.exists(bundle), "the tests are not built: swift build --build-tests")
    kernel, modules = unpacked_kernel()
    said = boot(
        kernel, initial_files(modules), "cd /mnt && HOME=/tmp PATH=/usr/bin:/bin "
        f"{os.path.relpath(bundle, ROOT)} --testing-library swift-testing --no-parallel --filter TLS; cat /proc/net/tls_stat")
    passed = re.search(r"Test run with (\d+) tests in \d+ suites passed", said)
    expect(passed, "the tests failed in the guest:\n" + said[-3000:])
    sealed = int(re.search(r"TlsTxSw\s+(\d+)", said).group(1))
    expect(sealed >= SEALED_COUNT_MIN, f"the kernel sealed {sealed} connections only")
    return f"{passed.group(1)} tests passed, the kernel sealed {sealed} connections"


def unpacked_kernel():
    """Debian's current kernel and its modules, from its package, not installed."""
    unpacked = os.path.join(GUEST, "kernel")
    if not os.path.isdir(unpacked):
        os.makedirs(GUEST, exist_ok=True)
        said = subprocess.run(
            ["apt-cache", "depends", "linux-image-amd64"], check=True, stdout=subprocess.PIPE).stdout.decode()
        package = re.search(r"Depends: (linux-image-\S+)", said).group(1)
        subprocess.run(["apt-get", "-q", "download", package], cwd=GUEST, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        (archive,) = [name for name in os.listdir(GUEST) if name.endswith(".deb")]
        subprocess.run(["dpkg-deb", "-x", archive, unpacked + ".new"], cwd=GUEST, check=True)
        os.remove(os.path.join(GUEST, archive))
        (version,) = os.listdir(os.path.join(unpacked + ".new", "lib", "modules"))
        subprocess.run(["depmod", "-b", unpacked + ".new", version], check=True)
        os.rename(unpacked + ".new", unpacked)
    (version,) = os.listdir(os.path.join(unpacked, "lib", "modules"))
    shown = [
        subprocess.run(
            ["modprobe", "-d", unpacked, "-S", version, "--show-depends", module], check=True,
            stdout=subprocess.PIPE).stdout.decode() for module in MODULES
    ]
    files = re.findall(r"^insmod (\S+)", "".join(shown), re.MULTILINE)
    return os.path.join(unpacked, "boot", "vmlinuz-" + version), list(dict.fromkeys(files))


def initial_files(modules):
    """The archive that the kernel unpacks as its first file system."""
    tree = os.path.join(GUEST, "initial")
    shutil.rmtree(tree, ignore_errors=True)
    for directory in ["bin", "modules", "proc", "sys", "dev", "host"]:
        os.makedirs(os.path.join(tree, directory))
    shutil.copy(shutil.which("busybox"), os.path.join(tree, "bin", "busybox"))
    shutil.copy(os.path.join(HERE, "..", "guest", "init"), os.path.join(tree, "init"))
    os.chmod(os.path.join(tree, "init"), 0o755)
    for module in modules:
        shutil.copy(module, os.path.join(tree, "modules"))
    with open(os.path.join(tree, "modules", "order"), "w") as order:
        order.writelines(os.path.basename(module) + "\n" for module in modules)
    archive = os.path.join(GUEST, "initial.cpio")
    names = subprocess.run(["find", "."], cwd=tree, check=True, stdout=subprocess.PIPE).stdout
    with open(archive, "wb") as file:
        subprocess.run(["cpio", "-o", "-H", "newc", "--quiet"], cwd=tree, check=True, input=names, stdout=file)
    return archive


def boot(kernel, archive, command):
    """Runs the command in the guest, and gives back all that it printed."""
    share = "security_model=none,readonly=on,multidevs=remap"
    encoded = base64.b64encode(command.encode()).decode()
    machine = subprocess.run(
        [
            "qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "3G", "-no-reboot",
            "-nographic", "-nic", "none", "-kernel", kernel, "-initrd", archive,
            "-virtfs", f"local,path=/,mount_tag=host,{share}", "-virtfs", f"local,path={ROOT},mount_tag=tree,{share}",
            "-append", f"console=ttyS0 quiet panic=-1 podo_run={encoded}",
        ], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS_MAX)
    return machine.stdout.decode(errors="replace")
