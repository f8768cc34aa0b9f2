"""The page in a real browser, driven as people drive it. Needs Chromium and playwright; skipped where they are not."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.report.sample import HOSTILE, HOSTILE_NAME, TWO_MODELS, hostile, large
from verifier.options import Options
from verifier.pairing.verdict import UnitResult
from verifier.pipeline import check
from verifier.report import dot, page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.full
LITMUS = Path(__file__).parent.parent.parent / "litmus"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = ("--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip("Chromium is not installed")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=[*QUIET, "--no-first-run", *sandbox])
        yield running
        running.close()


class Viewer:
    """Opens pages; each must load without an error or a request."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self.browser, self.folder = browser, folder
        self.problems: list[str] = []

    def show(
        self, *units: UnitResult, text: str = "", width: int = 1280, scheme: str = "light", **more: bool
    ) -> Page:
        path = self.folder / ("page.svg" if text else "page.html")
        path.write_text(text or page.render(units, (), "0.1"), encoding="utf-8")
        context = self.browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]
            java_script_enabled=more.get("script", True),
        )
        shown = context.new_page()
        shown.on("console", lambda message: self.problems.append(message.text))
        shown.on("pageerror", lambda error: self.problems.append(str(error)))
        shown.on("dialog", lambda dialog: self.problems.append(dialog.message))
        shown.on(
            "request",
            lambda request: self.problems.append(request.url) if path.name not in request.url else None,
        )
        shown.goto(path.as_uri())
        return shown


@pytest.fixture
def viewer(browser: Browser, tmp_path: Path) -> Iterator[Viewer]:
    viewer = Viewer(browser, tmp_path)
    yield viewer
    for context in browser.contexts:
        context.close()
    assert viewer.problems == []


@pytest.fixture(scope="module")
def demo() -> tuple[UnitResult, ...]:
    path = LITMUS / "message-passing" / "demo.c"
    return check("demo.c", path.read_bytes(), Options())


def test_what_is_wrong_and_the_remedy_are_on_the_first_screen(
    viewer: Viewer, demo: tuple[UnitResult, ...]
) -> None:
    for width in (1280, 390):
        shown = viewer.show(*demo, width=width)
        for text in ("refuted under armv8 and lkmm", "To fix: add smp_rmb()"):
            box = shown.get_by_text(text).first.bounding_box()
            assert box is not None
            assert box["y"] + box["height"] < 900


def test_the_wrong_line_of_the_source_is_in_view(viewer: Viewer, demo: tuple[UnitResult, ...]) -> None:
    shown = viewer.show(*demo)
    source = shown.locator(".source").bounding_box()
    for line in ("tr.bad", "tr.missing"):
        box = shown.locator(f".source {line}").first.bounding_box()
        assert source is not None
        assert box is not None
        assert source["y"] <= box["y"] <= source["y"] + source["height"] - box["height"]


def test_steps_by_buttons_keys_and_clicks(viewer: Viewer, demo: tuple[UnitResult, ...]) -> None:
    shown = viewer.show(*demo)
    execution = shown.locator(".panel.chosen .stepper").first
    said = execution.locator("output")
    current = execution.locator(".timeline tr.current")
    execution.get_by_role("button", name="Next step").click()
    assert (said.inner_text(), current.count()) == (
        "1 of 5: update_stats(), line 25: WRITE_ONCE(bytes, 1500) – writes 1500 to bytes",
        1,
    )
    assert execution.locator("[data-main] .event.current").get_attribute("data-step") == "1"
    assert execution.locator("[data-main] .event.future").count() == 4
    assert current.get_attribute("aria-current") == "step"
    shown.keyboard.press("ArrowRight")
    shown.keyboard.press("ArrowRight")
    assert said.inner_text().startswith("3 of 5: ")
    shown.keyboard.press("ArrowLeft")
    assert said.inner_text().startswith("2 of 5: ")
    shown.keyboard.press("End")
    assert said.inner_text().startswith("5 of 5: ")
    assert "stale" in said.inner_text()
    execution.get_by_role("button", name="Next step").click()
    assert said.inner_text().startswith("5 of 5: ")
    execution.get_by_role("slider").focus()
    shown.keyboard.press("Home")
    assert said.inner_text().startswith("5 steps")
    assert execution.locator(".future").count() == 0
    execution.locator("[data-main] .event").nth(3).click()
    assert said.inner_text().startswith("4 of 5: ")
    execution.locator(".timeline tr[data-step='2']").click()
    assert said.inner_text().startswith("2 of 5: ")
    execution.locator(".scroll").first.focus()
    shown.keyboard.press("ArrowDown")
    assert said.inner_text().startswith("3 of 5: ")


def test_edges_say_why_they_are_there_to_pointer_and_keyboard(
    viewer: Viewer, demo: tuple[UnitResult, ...]
) -> None:
    shown = viewer.show(*demo)
    figure = shown.locator(".panel.chosen figure").first
    why = figure.locator(".why")
    idle = why.inner_text()
    figure.scroll_into_view_if_needed()
    place = figure.locator(".edge.rf .hit").evaluate(
        "e => { const p = e.getPointAtLength(e.getTotalLength() * 0.8).matrixTransform(e.getScreenCTM());"
        " return [p.x, p.y]; }"
    )
    shown.mouse.move(*place)
    assert why.inner_text().startswith("rf (reads from): the read of stats_valid (line 32)")
    shown.mouse.move(1, 1)
    assert why.inner_text() == idle
    figure.locator(".edge").first.focus()
    assert "smp_wmb keeps that order" in why.inner_text()
    seen = {why.inner_text()}
    for _ in range(figure.locator(".edge").count() - 1):
        shown.keyboard.press("ArrowDown")
        seen.add(why.inner_text())
    assert len(seen) == figure.locator(".edge").count()
    assert figure.locator(".edge[tabindex='0']").count() == 1


def test_tabs_by_pointer_and_keyboard(viewer: Viewer) -> None:
    shown = viewer.show(TWO_MODELS)
    panels = shown.get_by_role("tabpanel")
    assert panels.count() == 1
    assert shown.get_by_role("tab", selected=True).inner_text().startswith("lkmm")
    shown.get_by_role("tab", name="armv8").click()
    assert shown.get_by_role("tab", selected=True).inner_text().startswith("armv8")
    assert "paired with smp_mb (line 44)" in panels.inner_text()
    shown.keyboard.press("ArrowRight")
    assert shown.get_by_role("tab", selected=True).inner_text().startswith("lkmm")
    assert shown.evaluate("document.activeElement.getAttribute('role')") == "tab"
    shown.keyboard.press("Home")
    assert shown.get_by_role("tab", selected=True).inner_text().startswith("armv8")
    shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.getAttribute('role')") == "tabpanel"


def test_everything_is_reached_with_the_tab_key(viewer: Viewer, demo: tuple[UnitResult, ...]) -> None:
    shown = viewer.show(*demo)
    reached = set()
    for _ in range(40):
        shown.keyboard.press("Tab")
        reached.add(
            shown.evaluate(
                "(e => e.dataset.go || e.getAttribute('role') || e.localName)(document.activeElement)"
            )
        )
    assert {"tab", "tabpanel", "first", "back", "next", "last", "input", "img", "summary", "group"} <= reached


def test_a_hostile_input_shows_as_text(viewer: Viewer) -> None:
    shown = viewer.show(hostile())
    assert shown.evaluate("document.scripts.length") == 1
    assert shown.locator("img").count() == 0
    text = shown.locator("body").inner_text()
    assert HOSTILE.replace("\u202e", "⟨U+202E⟩").replace("\u2066", "⟨U+2066⟩").replace("  ", " ") in text
    assert HOSTILE_NAME in text
    assert "\u202e" not in shown.content()
    shown.locator(".controls [data-go=next]").first.click()
    assert "</script><script>alert(1)</script>" in shown.locator("output").first.inner_text()


@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("which", ["demo", "large", "hostile"])
def test_the_page_itself_never_scrolls_sideways(
    viewer: Viewer, demo: tuple[UnitResult, ...], width: int, which: str
) -> None:
    units = {"demo": demo, "large": (large(),), "hostile": (hostile(),)}[which]
    shown = viewer.show(*units, width=width)
    assert shown.evaluate("document.documentElement.scrollWidth") <= width


def test_a_large_counterexample_opens_in_less_than_a_second(viewer: Viewer) -> None:
    """The best of some, for the machine may be busy; it counts from the call to the end of scripts and drawing."""
    times = []
    for _ in range(5):
        shown = viewer.show(large())
        shown.locator(".graph .event").nth(39).wait_for()
        times.append(shown.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"))
    assert 0 < min(times) < 1000
    sizes = shown.locator(".panel.chosen figure .event text.access").evaluate_all(
        "all => all.map(e => e.getBoundingClientRect().height)"
    )
    assert min(sizes) >= 10


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_can_be_read(viewer: Viewer, demo: tuple[UnitResult, ...], scheme: str) -> None:
    """The contrast that WCAG 2.1 asks of text (4.5) is kept by all that is written on the page."""
    shown = viewer.show(*demo, scheme=scheme)
    read = shown.evaluate((Path(__file__).parent / "contrast.js").read_text(encoding="utf-8"))
    assert read["seen"] > 100
    assert read["found"] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_to_complain_of(viewer: Viewer, demo: tuple[UnitResult, ...], scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    for units in (demo, (TWO_MODELS, hostile())):
        found = axe.Axe().run(viewer.show(*units, scheme=scheme))
        assert found.response["passes"]
        assert [(v["id"], v["nodes"][0]["html"]) for v in found.response["violations"]] == []


def test_without_script_everything_is_there(viewer: Viewer) -> None:
    shown = viewer.show(TWO_MODELS, script=False)
    assert shown.locator(".panel:visible").count() == 2
    assert shown.locator("h3.model:visible").count() == 2
    assert shown.locator(".tabs:visible, .controls:visible").count() == 0


def test_print_has_all_models_and_all_that_is_folded(viewer: Viewer, demo: tuple[UnitResult, ...]) -> None:
    shown = viewer.show(*demo, scheme="dark")
    shown.emulate_media(media="print")
    shown.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert shown.locator(".panel:visible").count() == 2
    assert shown.locator("details:not([open])").count() == 0
    assert shown.locator(".controls:visible").count() == 0
    assert shown.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    shown.evaluate("dispatchEvent(new Event('afterprint'))")
    assert shown.locator("details[open]").count() == 0
    assert len(shown.pdf()) > 10_000


def test_a_graph_of_its_own_shows_in_a_browser(viewer: Viewer, demo: tuple[UnitResult, ...]) -> None:
    shown = viewer.show(text=dict(dot.render(demo))["demo-1-MP.svg"])
    assert shown.locator(".event").count() == 5
    colours = shown.locator(".edge .ink").evaluate_all(
        "all => new Set(all.map(e => getComputedStyle(e).stroke)).size"
    )
    dashes = shown.locator(".edge .ink").evaluate_all(
        "all => new Set(all.map(e => getComputedStyle(e).strokeDasharray + getComputedStyle(e).strokeWidth)).size"
    )
    assert (colours, dashes) == (5, 5)
