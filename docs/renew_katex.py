"""Renews docs/assets/katex from the npm package, or checks the files that are there.

    python docs/renew_katex.py --check          every file is the recorded one (needs no network)
    python docs/renew_katex.py                  fetch the recorded version again and check its integrity
    python docs/renew_katex.py 0.19.1           move to that version, and record it

Fetching needs npm. The integrity hash is the one that the registry of npm publishes for the package; for a recorded
version it must be the recorded one.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).parent / "assets" / "katex"
RECORD = HERE / "VENDORED.json"
WANTED = re.compile(
    r"package/(?:LICENSE|dist/(?:katex\.min\.(?:js|css)|contrib/copy-tex\.min\.js|fonts/KaTeX_\w+-\w+\.woff2))"
)


def fetch(version: str) -> tuple[str, dict[str, bytes]]:
    """The integrity hash of the package, and the files of it that the site needs, by their path in our folder."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", f"katex@{version}"], cwd=folder, check=True, capture_output=True)
        (archive,) = Path(folder).glob("*.tgz")
        integrity = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        with tarfile.open(archive) as package:
            members = [member for member in package if WANTED.fullmatch(member.name)]
            files = {re.sub("package/(dist/)?", "", m.name): package.extractfile(m).read() for m in members}  # type: ignore[union-attr]
    return integrity, files


def published(version: str) -> str:
    """The integrity hash that npm publishes."""
    view = subprocess.run(
        ["npm", "view", f"katex@{version}", "dist.integrity"], check=True, capture_output=True, text=True
    )
    return view.stdout.strip()


def renew(version: str) -> None:
    record = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    integrity, files = fetch(version)
    expected = record["integrity"] if record.get("version") == version else published(version)
    if integrity != expected:
        sys.exit(f"katex {version} was published as {expected}, but {integrity} came.")
    for old in sorted(HERE.rglob("*")):
        if old.is_file() and old != RECORD:
            old.unlink()
    for name, content in files.items():
        (HERE / name).parent.mkdir(parents=True, exist_ok=True)
        (HERE / name).write_bytes(content)
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    record = {"package": "katex", "version": version, "licence": "MIT", "integrity": integrity, "sha256": digests}
    RECORD.write_text(json.dumps(record, indent=2) + "\n")
    print(f"katex {version}: {len(files)} files, {sum(map(len, files.values())) // 1000} kB.")


def differences() -> list[str]:
    """What is not as recorded: one line for each file; empty when all is well."""
    recorded = json.loads(RECORD.read_text())["sha256"]
    there = {path.relative_to(HERE).as_posix(): path for path in HERE.rglob("*") if path.is_file() and path != RECORD}
    lines = [f"{name} is missing" for name in recorded.keys() - there.keys()]
    lines += [f"{name} is not recorded" for name in there.keys() - recorded.keys()]
    for name in recorded.keys() & there.keys():
        if hashlib.sha256(there[name].read_bytes()).hexdigest() != recorded[name]:
            lines.append(f"{name} was changed")
    return sorted(lines)


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        found = differences()
        sys.exit("\n".join(found) if found else 0)
    renew(sys.argv[1] if sys.argv[1:] else json.loads(RECORD.read_text())["version"])
