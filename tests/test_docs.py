"""The pages say what the registry says: all of it, in place, with links that lead somewhere."""

import copy
import functools
import importlib.util
import json
import os
import posixpath
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from refimpl.card import aligned, card, consumed, link, short
from refimpl.pages import pages

ROOT = Path(__file__).parents[1]
REGISTRY = json.loads((ROOT / "refimpl" / "registry.json").read_text("utf-8"))
EQUATIONS = {entry["id"]: entry for entry in REGISTRY["equations"]}
PAGES = pages(REGISTRY)
PROSE = {path.relative_to(ROOT / "docs").as_posix(): path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md")}
NOT_PROSE = r"(?s)```.*?```|\$\$[^$]+\$\$|\$[^$]+\$"
every_equation = pytest.mark.parametrize("id", EQUATIONS)


def site_card(id):
    return card(EQUATIONS[id], REGISTRY, "site")


def section(markdown, start, end):
    return markdown.split(start, 1)[1].split(end, 1)[0]


def dedented(text):
    return re.sub(r"\n +", "\n", text)


@functools.cache
def anchors(markdown):
    return re.findall(r"^(?:#+ .*)?\{ #(\S+) \}$", markdown, re.MULTILINE)


@functools.cache
def slugs(markdown):
    return [re.sub(r"\W+", "-", title.lower()) for title in re.findall(r"^#+ (.*)$", markdown, re.MULTILINE)]


def broken_links(site):
    """Links, as (page, target), that lead to no page or to no anchor; anchors of prose headings are slugs."""
    broken = []
    for uri, text in site.items():
        for target in re.findall(r"\]\(([^)\s]+)(?: \"[^\"]*\")?\)", re.sub(NOT_PROSE, "", text)):
            if re.match(r"\w+://", target):
                continue
            path, _, anchor = target.partition("#")
            page = posixpath.normpath(posixpath.join(posixpath.dirname(uri), path)) if path else uri
            if path and not path.endswith(".md") and (ROOT / "docs" / path).is_file():
                continue
            if page not in site or (anchor and anchor not in anchors(site[page]) + slugs(site[page])):
                broken.append((uri, target))
    return broken


def unbalanced(latex):
    """What is out of balance in a formula: braces, left and right, begin and end, dollar signs."""
    bare = latex.replace(r"\{", "").replace(r"\}", "")
    depths, depth = [], 0
    for character in bare:
        depth += {"{": 1, "}": -1}.get(character, 0)
        depths.append(depth)
    faults = ["braces"] if depth or min(depths, default=0) < 0 else []
    for opening, closing in ((r"\\left(?![a-z])", r"\\right(?![a-z])"), (r"\\begin\{", r"\\end\{")):
        if len(re.findall(opening, latex)) != len(re.findall(closing, latex)):
            faults.append(opening)
    return faults + (["dollar"] if "$" in latex else [])


def formulas(entry):
    for key in ("claim", "where", "stable", "assumptions", "limits"):
        yield from entry[key]
    for key in ("inputs", "returns", "steps", "near_misses"):
        yield from (item["latex"] for item in entry[key])


@every_equation
def test_every_equation_has_one_card_on_the_page_of_its_chapter(id):
    homes = [uri for uri, text in PAGES.items() for anchor in anchors(text) if anchor == id]
    assert homes == [f"equations/{EQUATIONS[id]['chapter']}.md"]
    assert site_card(id) in PAGES[homes[0]]


@every_equation
def test_the_card_says_what_the_registry_says(id):
    entry, text = EQUATIONS[id], site_card(id)
    assert f"## {entry['title']} {{ #{id} }}" in text
    assert f"[{entry['verdict']}](../how-it-is-proved.md#{entry['verdict'].lower()} " in text
    assert section(text, "data-search-exclude>\n\n$$\n", "\n$$") == aligned(entry["claim"])
    if entry["scope"]:
        assert f'<span class="scope">{entry["scope"]}</span>' in text
    for formula in entry["where"]:
        assert all(side.strip() in text for side in formula.split(" = ", 1))
    for formula in [*entry["assumptions"], *entry["stable"], *entry["limits"]]:
        assert f"{formula}$" in text
    for miss in entry["near_misses"]:
        assert (
            f"**{miss['name']}**  \n    $\\displaystyle {miss['latex']}$  \n    <small>{miss['made_in']}</small>"
            in text
        )
    for row in [*entry["inputs"], *entry["returns"]]:
        assert f"| `{row['name']}` | {row['meaning']} <span" in text
    for cited in entry["sources"]:
        assert f"](../bibliography.md#{cited['key']}), {cited['where']}" in text
    assert f"`pytest -k {id}`" in text
    assert f"`{entry['file']}:{entry['line']}`" in text


@every_equation
def test_the_derivation_is_numbered_one_reason_and_one_formula_a_line(id):
    entry, text = EQUATIONS[id], site_card(id)
    if not entry["steps"]:
        assert "??? derivation" not in text
        return
    shown = section(text, "??? derivation", "\n\n??? symbols" if entry["inputs"] or entry["returns"] else "\n\n===")
    numbers, verbs = zip(*re.findall(r"(?m)^    (\d+)\.  \*(.+?)\*", shown), strict=True)
    assert [int(number) for number in numbers] == list(range(1, len(entry["steps"]) + 1))
    assert list(verbs) == [step["verb"] for step in entry["steps"]]
    assert re.findall(r"\$\$\n\s*(.+?)\n\s*\$\$", shown) == [step["latex"] for step in entry["steps"]]
    for step in entry["steps"]:
        assert step["reason"] in shown
        if step["uses"]:
            assert f".md#{step['uses']})" in shown


@every_equation
def test_the_tabs_hold_the_printed_code(id):
    entry, text = EQUATIONS[id], site_card(id)
    languages = {"NumPy": "numpy", "PyTorch": "torch", "JAX": "jax"} if entry["code"] else {}
    assert re.findall(r'(?m)^=== "(.+)"$', text) == [*languages, "LaTeX"]
    for label, key in languages.items():
        shown = section(text, f'=== "{label}"\n\n    ```python\n', "\n    ```")
        assert re.sub(r"(?m)^    ", "", shown) == entry["code"][key].rstrip()
    latex = section(text, '=== "LaTeX"\n\n    ```latex\n', "\n    ```")
    assert dedented(latex).strip() == aligned(entry["claim"])


@every_equation
def test_uses_and_used_by_are_two_ends_of_the_same_links(id):
    text = site_card(id)
    users = {other for other, entry in EQUATIONS.items() if id in entry["uses"]}
    for label, expected in (("Uses", set(EQUATIONS[id]["uses"])), ("Used by", users)):
        found = re.search(rf"(?m)^{label}\n:   (.*)$", text)
        assert set(re.findall(r"\.md#([\w.]+)\)", found[1]) if found else ()) == expected


@every_equation
def test_formulas_are_balanced(id):
    assert {formula: faults for formula in formulas(EQUATIONS[id]) if (faults := unbalanced(formula))} == {}


@pytest.mark.parametrize(
    "formula", [r"\frac{a}{b", r"}a{", r"\left(a", r"\begin{aligned}a", "$a$", r"\left(a\right) b}"]
)
def test_an_unbalanced_formula_is_seen(formula):
    assert unbalanced(formula)


@every_equation
def test_the_plain_card_is_plain_markdown(id):
    entry, text = EQUATIONS[id], card(EQUATIONS[id], REGISTRY)
    assert text.startswith(f"### {entry['title']}\n\n`{id}` · **{entry['verdict']}**")
    assert f"$$\n{aligned(entry['claim'])}\n$$" in text
    assert not re.search(r'\{ [#.]|=== "|\?\?\? |\.md[#)]|markdown="1"|<', re.sub(NOT_PROSE, "", text))
    if entry["code"]:
        assert f"```python\n{entry['code']['numpy'].rstrip()}\n```" in text
    for step in entry["steps"]:
        said = f"{consumed(step)}: ${step['latex']}$"
        assert f"{step['reason']}{said}" in text or f"`{step['uses']}`{said}" in text


def test_links_lead_somewhere():
    assert broken_links(PAGES | PROSE) == []


def test_a_link_to_another_name_leads_to_the_card_and_an_old_link_to_a_line_that_does():
    for id, entry in EQUATIONS.items():
        for other in entry["also_known_as"]:
            homes = [uri for uri, text in PAGES.items() if other in anchors(text)]
            assert homes == [f"equations/{other.split('.')[0]}.md"]
            to_the_card = f"[{entry['title']}]({entry['chapter']}.md#{id})"
            assert f"`{other}` is another name of {to_the_card}.\n{{ #{other} }}" in PAGES[homes[0]]
            assert link(other, REGISTRY, "site") == to_the_card
            assert f"Also known as\n:   `{other}`" in site_card(id)


def test_a_broken_link_is_seen():
    planted = copy.deepcopy(REGISTRY)
    planted["equations"][0]["uses"].append("gaussian_path.nowhere")
    chapter = f"equations/{planted['equations'][0]['chapter']}.md"
    assert broken_links(pages(planted) | PROSE) == [(chapter, "gaussian_path.md#gaussian_path.nowhere")]
    assert broken_links({"index.md": "[a](there.md)"}) == [("index.md", "there.md")]


def test_the_index_lists_all_equations_in_reading_order_and_counts_the_verdicts():
    index = PAGES["equations/index.md"]
    in_chapters = [
        e["id"] for chapter in REGISTRY["chapters"] for e in REGISTRY["equations"] if e["chapter"] == chapter["name"]
    ]
    assert re.findall(r"(?m)^-   \[.*\]\(\w+\.md#([\w.]+)\) ", index) == in_chapters
    assert sorted(in_chapters) == sorted(EQUATIONS)
    counted = {verdict: int(n) for n, verdict in re.findall(r"\[(\d+) ([A-Z]+)\]", index)}
    verdicts = [entry["verdict"] for entry in EQUATIONS.values()]
    assert counted == {verdict: verdicts.count(verdict) for verdict in set(verdicts)}


def test_the_definitions_page_lists_the_axioms_and_nothing_else():
    listed = re.findall(r"(?m)^-   \[.*\]\(equations/\w+\.md#([\w.]+)\)$", PAGES["definitions.md"])
    assert listed == [id for id, entry in EQUATIONS.items() if entry["verdict"] == "DEFINED"]
    assert f"These {len(listed)} definitions" in PAGES["definitions.md"]


def test_notation_and_bibliography_are_complete():
    assert re.findall(r"(?m)\$ \| `(.+?)` \|", PAGES["notation.md"]) == [row["name"] for row in REGISTRY["notation"]]
    entries = dict(re.findall(r"(?ms)^## [^\n]* \{ #(\w+) \}\n\n(.*?)(?=\n\n|\n\Z)", PAGES["bibliography.md"]))
    assert list(entries) == list(REGISTRY["sources"])
    for key, work in REGISTRY["sources"].items():
        assert work["title"] in entries[key]
        assert entries[key].endswith("*Second-hand.*") == (not work["opened"])


def test_numbers_count_within_the_chapter():
    for position, chapter in enumerate(REGISTRY["chapters"], 1):
        text = PAGES[f"equations/{chapter['name']}.md"]
        members = [entry for entry in EQUATIONS.values() if entry["chapter"] == chapter["name"]]
        expected = [f"{position}.{place}" for place in range(1, len(members) + 1)]
        assert re.findall(r'class="number">([\d.]+)<', text) == expected


def test_aligned_splits_at_the_equals_sign_outside_braces():
    assert aligned(["a = b"]) == "a = b"
    both = aligned([r"\sum_{k=1}^{K} w_k = 1", "a = b"])
    assert both == "\\begin{aligned}\n\\sum_{k=1}^{K} w_k &= 1 \\\\[6pt]\na &= b\n\\end{aligned}"
    assert aligned(["a > 0", "b = 1"]) == "\\begin{gathered}\na > 0 \\\\[6pt]\nb = 1\n\\end{gathered}"


def test_works_are_cited_as_people_cite_them():
    assert short({"authors": "Y. Lipman, R. T. Q. Chen, M. Le", "year": 2023}) == "Lipman et al. 2023"
    assert short({"authors": ["T. Salimans", "J. Ho"], "year": 2022}) == "Salimans & Ho 2022"
    assert short({"authors": "A. van den Oord", "year": 2018}) == "van den Oord 2018"


def test_figures_and_source_links_appear_when_they_are_given():
    id, entry = next(iter(EQUATIONS.items()))
    text = pages(REGISTRY, {id: {"largest statistic": 1.23456, "points": 4096}}, "https://example.org/blob/main/")
    home = text[f"equations/{entry['chapter']}.md"]
    assert "Last verification: largest statistic 1.23, points 4096" in home
    assert f"(https://example.org/blob/main/{entry['file']}#L{entry['line']})" in home
    assert "https://example.org" not in site_card(id)


def test_pages_change_nothing_and_are_the_same_each_time():
    before = copy.deepcopy(REGISTRY)
    assert pages(REGISTRY) == PAGES
    assert before == REGISTRY


def test_an_unknown_flavour_is_refused():
    with pytest.raises(ValueError, match=r'^`flavour` must be "plain" or "site"; got \'html\'\.$'):
        card(REGISTRY["equations"][0], REGISTRY, "html")  # type: ignore[arg-type]


def test_the_formula_on_the_first_page_is_the_proved_one():
    featured = section(PROSE["index.md"], "$$\n", "\n$$")
    assert [featured] == EQUATIONS["gaussian_path.conditional_velocity"]["claim"]


def test_katex_is_the_recorded_one_and_a_changed_file_is_seen(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("renew_katex", ROOT / "docs" / "renew_katex.py")
    assert spec
    assert spec.loader
    renew_katex = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(renew_katex)
    assert renew_katex.differences() == []
    copied = shutil.copytree(renew_katex.HERE, tmp_path / "katex")
    monkeypatch.setattr(renew_katex, "HERE", copied)
    monkeypatch.setattr(renew_katex, "RECORD", copied / "VENDORED.json")
    with (copied / "katex.min.js").open("a") as script:
        script.write(" ")
    (copied / "LICENSE").unlink()
    (copied / "more.js").write_text("")
    assert renew_katex.differences() == ["LICENSE is missing", "katex.min.js was changed", "more.js is not recorded"]


def build(folder, out):
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1", "SOURCE_URL": "", "SITE_URL": "http://127.0.0.1:8000/"}
    # not --quiet: it silences the warnings before --strict can count them
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(out)]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_site_builds_and_a_link_to_a_missing_equation_stops_it(tmp_path):
    pytest.importorskip("mkdocs", reason="MkDocs is not installed: pip install .[docs]")
    for name in ("docs", "refimpl"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    good = build(tmp_path, tmp_path / "site")
    assert good.returncode == 0, good.stderr
    for chapter in REGISTRY["chapters"]:
        html = (tmp_path / "site" / "equations" / chapter["name"] / "index.html").read_text("utf-8")
        for entry in EQUATIONS.values():
            assert html.count(f'<h2 id="{entry["id"]}">') == (entry["chapter"] == chapter["name"])
            for other in entry["also_known_as"]:
                assert html.count(f'<p id="{other}">') == (other.split(".")[0] == chapter["name"])
    with (tmp_path / "docs" / "conventions.md").open("a") as page:
        page.write("\n[gone](equations/gaussian_path.md#gaussian_path.gone)\n")
    bad = build(tmp_path, tmp_path / "site")
    assert bad.returncode == 1
    assert "#gaussian_path.gone" in bad.stderr
