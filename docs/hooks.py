"""MkDocs calls these: they serve the pages that `refimpl.pages` renders from the registry."""

import json
import sys
from pathlib import Path

from mkdocs.structure.files import File

ROOT = Path(__file__).parents[1]


def rendered(config) -> dict[str, str]:
    sys.path.insert(0, str(ROOT))  # here, not above: MkDocs restores the path once it has loaded this file
    from refimpl.pages import pages

    registry = json.loads((ROOT / "refimpl" / "registry.json").read_text("utf-8"))
    return pages(registry, figures(), config.extra["source"])


def figures() -> dict[str, dict[str, object]]:
    """What the last `make verify` on this machine found, if there was one."""
    proofs = ROOT / "report" / "proofs.json"
    found = json.loads(proofs.read_text("utf-8"))["equations"] if proofs.exists() else {}
    return {
        id: {"digits of the witness": proof["witness_digits"], "seconds of proof": sum(proof["seconds"].values())}
        for id, proof in found.items()
        if proof["witness_digits"]
    }


def on_config(config):
    chapters = next(item["Equations"] for item in config.nav if "Equations" in item)
    chapters += [uri for uri in rendered(config) if uri.startswith("equations/") and uri not in chapters]


def on_files(files, config):
    for uri, text in rendered(config).items():
        files.append(File.generated(config, uri, content=text))


def on_serve(server, config, builder):
    server.watch(str(ROOT / "refimpl"))
