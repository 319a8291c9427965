"""The built site, opened in Chromium: every formula is set, nothing leaves the machine, nothing scrolls sideways."""

import functools
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from refimpl.pages import pages

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROOT = Path(__file__).parents[1]
GENERATED = pages(json.loads((ROOT / "refimpl" / "registry.json").read_text("utf-8")))
PROSE = {path.name: path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md")}
SOURCES = PROSE | GENERATED
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
MEASURE = """() => {
  const nodes = [...document.querySelectorAll('.arithmatex')];
  const visible = nodes.filter(node => node.checkVisibility());
  const copy = document.querySelector('.md-content').cloneNode(true);
  copy.querySelectorAll('pre, code, .katex').forEach(node => node.remove());
  const touches = [...document.querySelectorAll('.claim')].filter(claim => {
    const number = claim.querySelector('.number')?.getBoundingClientRect();
    const formula = claim.querySelector('.arithmatex').getBoundingClientRect();
    return number && number.left < formula.right;
  });
  return {
    formulas: nodes.length,
    set: nodes.filter(node => node.querySelector('.katex-html')).length,
    errors: document.querySelectorAll('.katex-error').length,
    without_width: visible.filter(node => node.querySelector('.katex-html')?.offsetWidth === 0).length,
    leftover: copy.textContent.match(/\\$\\$|\\\\[([\\])]/g) ?? [],
    failed_fonts: [...document.fonts].filter(font => font.status === 'error').length,
    width: document.documentElement.scrollWidth,
    touches: touches.length,
  };
}"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def address(site):
    """Serves the site that it has built for the very address where it is served, as instant navigation needs it."""
    pytest.importorskip("mkdocs", reason="MkDocs is not installed: pip install .[docs]")
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site))
    address = f"http://127.0.0.1:{server.server_port}/"
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1", "SITE_URL": address, "SOURCE_URL": ""}
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)]
    built = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield address
    server.shutdown()


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install .[test]")
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def watched(browser, address):
    """Opens pages; whatever goes wrong behind them is written down, and must be nothing at the end."""
    troubles = []

    def refuse(route):
        troubles.append(f"request to {route.request.url}")
        route.abort()

    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.route(re.compile(rf"^(?!{re.escape(address)}|data:|blob:)"), refuse)

    def visit(uri):
        page = context.new_page()
        page.on("console", lambda message: message.type == "error" and troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("response", lambda reply: reply.status >= 400 and troubles.append(f"{reply.status} {reply.url}"))
        page.goto(address + uri)
        page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        page.evaluate("document.fonts.ready.then(() => null)")
        return page

    visit.troubles = troubles
    yield visit
    context.close()
    assert troubles == []


def written(markdown):
    """How many formulas the Markdown of a page has."""
    bare = re.sub(r"(?ms)^ *```.*?^ *```$|`[^`\n]+`", "", markdown)
    blocks = re.findall(r"(?m)^ *\$\$\n.*?\n *\$\$$", bare, re.DOTALL)
    return len(blocks) + len(re.findall(r"\$[^$\n]+\$", re.sub(r"(?ms)^ *\$\$\n.*?\n *\$\$$", "", bare)))


def address_of(uri):
    return re.sub(r"(?:(?<=/)|^)index/$", "", uri.removesuffix(".md") + "/")


@pytest.mark.parametrize("uri", SOURCES)
def test_every_formula_is_set_and_nothing_scrolls_sideways(watched, uri):
    page, formulas = watched(address_of(uri)), written(SOURCES[uri])
    for width, scheme in ((1280, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate(MEASURE) == {
            "formulas": formulas,
            "set": formulas,
            "errors": 0,
            "without_width": 0,
            "leftover": [],
            "failed_fonts": 0,
            "width": width,
            "touches": 0,
        }, f"at {width} px"


def test_formulas_are_set_on_a_page_that_instant_navigation_brings(watched):
    page = watched("equations/")
    page.evaluate("window.stays = true")
    page.locator("section.rows a").first.click()
    page.wait_for_selector("article.equation .claim .katex")
    assert page.evaluate("window.stays") is True
    assert page.evaluate(MEASURE)["formulas"] == page.evaluate(MEASURE)["set"] > 0


def test_a_hovered_link_shows_the_card_with_its_formula(watched):
    page = watched("equations/")
    page.locator("section.rows a[href*='#gaussian_path.conditional_velocity']").hover()
    page.wait_for_selector(".md-tooltip2 .claim .katex", timeout=5000)
    assert page.locator(".md-tooltip2 .arithmatex:not(:has(.katex))").count() == 0


def test_a_formula_that_katex_cannot_read_is_seen(watched, site):
    planted = site / "planted"
    shutil.copytree(site / "definitions", planted)
    html = (planted / "index.html").read_text("utf-8")
    (planted / "index.html").write_text(html.replace(r"\[", r"\[ \nobodydefinedthis ", 1), "utf-8")
    found = watched("planted/").evaluate(MEASURE)
    assert (found["errors"], found["formulas"] - found["set"]) == (1, 1)
    shutil.rmtree(planted)


def test_a_request_that_leaves_the_machine_is_seen(watched):
    watched("").evaluate("fetch('http://example.org/').catch(() => null)")
    assert watched.troubles.pop(0) == "request to http://example.org/"
    watched.troubles[:] = [trouble for trouble in watched.troubles if "ERR_FAILED" not in trouble]
