#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Opens a report in a browser and looks at one thing of it: report_page.py TEST FILE. Fails with what is wrong."""

import sys

import browser

SCHEMES = ("light", "dark")


def is_quiet(page):
    assert page.said() == [], f"the browser says: {page.said()}"


def renders(window, file):
    """Each figure is drawn, and nobody complains."""
    for scheme in SCHEMES:
        page = window.page(file, scheme=scheme)
        charts = page.ask("document.querySelectorAll('figure.chart canvas').length")
        drawn = page.ask("""[...document.querySelectorAll('figure.chart canvas')].filter((canvas) => {
            const ink = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            return ink.some((value) => value !== 0);
        }).length""")
        assert charts == 5, f"{charts} charts"
        assert drawn == charts, f"of {charts} charts {drawn} have something in them"
        is_quiet(page)


def asks_for_nothing_and_runs_nothing(window, file):
    """What documents have in them stays text."""
    page = window.page(file)
    assert page.ask("document.querySelectorAll('img, iframe, link, object').length") == 0, "a name became an element"
    assert page.ask("document.body.textContent.includes('<img src=x onerror=alert(1)>')"), "a name is lost"
    assert page.ask("document.querySelectorAll('script').length") == 3, "a name became a script"
    # The policy stops what would come anyhow.
    page.ask("document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = 1'}))")
    assert page.ask("window.ran") is None, "the policy lets strange scripts run"
    assert any("Content Security Policy" in line for line in page.said()), "nobody refused it"


def clicks_work(window, file):
    page = window.page(file)
    legend = ".legend button"
    shown = "Chart.getChart(document.querySelector('figure.chart canvas')).isDatasetVisible(0)"
    assert page.ask(shown) is True
    page.click(legend)
    assert page.ask(shown) is False, "a click on the legend hides no series"
    assert page.ask(f"document.querySelector('{legend}').getAttribute('aria-pressed')") == "false"
    page.click(legend)
    assert page.ask(shown) is True, "a second click does not bring it back"

    chart = "Chart.getChart(document.querySelector('figure.chart canvas'))"
    assert page.ask(f"{chart}.options.scales.y.type ?? 'linear'") == "linear"
    page.click(".controls .group:nth-child(2) button:nth-child(2)")
    assert page.ask(f"{chart}.options.scales.y.type") == "logarithmic", "the tail is not shown"

    maps = "[...[...document.querySelectorAll('.maps')].at(-1).querySelectorAll('.map')].map((map) => map.hidden)"
    assert page.ask(maps)[:2] == [False, True]
    page.ask("[...document.querySelectorAll('.maps')].at(-1).querySelectorAll('button')[1].id = 'second'")
    page.click("#second")
    assert page.ask(maps)[:2] == [True, False], "the second heat map is not shown"
    is_quiet(page)


def each_stage_has_what_was_measured(window, file):
    """Whatever of an item is looked at, of those that have it some are drawn, and no others are offered."""
    page = window.page(file)
    chart = "Chart.getChart(document.querySelector('figure.chart canvas'))"
    stages = page.ask("document.querySelectorAll('.controls .group:first-child')[0].children.length")
    assert stages == 6, f"{stages} stages"
    for stage in range(stages):
        page.click(f".controls .group:first-child button:nth-child({stage + 1})")
        drawn, has = (page.ask(f"{chart}.data.datasets.filter((one, i) => one.data.length && {which}).length")
                      for which in (f"{chart}.isDatasetVisible(i)", "true"))
        assert drawn > 0, f"of stage {stage + 1} nothing is drawn"
        offered = page.ask("[...document.querySelector('.legend').children].filter((one) => one.offsetWidth).length")
        assert offered == has, f"of stage {stage + 1} {has} are there, and the legend has {offered}"
    # Waits of 3 µs and little more: between 2 and 5, no figure of an axis is round.
    ticks = page.ask(f"""(() => {{
        const ticks = [2.1e3, 3e3, 4e3, 4.9e3].map((value) => ({{ value }}));
        const {{ callback }} = {chart}.options.scales.x.ticks;
        return ticks.filter(({{ value }}, i) => callback.call({{ min: 2.1e3, max: 4.9e3 }}, value, i, ticks)).length;
    }})()""")
    assert ticks >= 2, f"an axis with {ticks} figures"
    is_quiet(page)


def one_that_can_not_be_drawn_takes_no_other_with_it(window, file):
    """What stands in a page's data is what documents had."""
    with open(file, encoding="utf-8") as whole:
        text = whole.read()
    assert '"kind":"intervals"' in text
    broken = file.replace(".html", "-broken.html")
    with open(broken, "w", encoding="utf-8") as changed:
        changed.write(text.replace('"kind":"intervals"', '"kind":"nothing"', 1))
    page = window.page(broken)
    charts = "[...document.querySelectorAll('figure.chart canvas')]"
    left = page.ask(f"{charts}.filter((one) => Chart.getChart(one)).length")
    assert left == 4, f"{left} charts are left"
    said = page.ask("document.querySelector('figure.chart .note.bad').textContent")
    assert said.startswith("This chart can't be drawn"), said


def keys_work(window, file):
    page = window.page(file)
    page.ask("document.querySelector('.legend button').focus()")
    for kind in ("rawKeyDown", "char", "keyUp"):
        page.call("Input.dispatchKeyEvent", type=kind, key=" ", code="Space", text=" ", windowsVirtualKeyCode=32)
    assert page.ask("document.querySelector('.legend button').getAttribute('aria-pressed')") == "false"
    is_quiet(page)


def nothing_is_wider_than_a_telephone(window, file):
    page = window.page(file, width=400)
    wide = page.ask("""[...document.querySelectorAll('body *')].filter((one) => !one.closest('.scroll, canvas') &&
        one.getBoundingClientRect().right > innerWidth + 0.5).map((one) => one.tagName + '.' + one.className)""")
    assert wide == [], f"wider than 400 pixels: {wide}"
    assert page.ask("document.documentElement.scrollWidth") <= 400, "it must be scrolled sideways"
    assert page.ask("document.querySelector('.canvas').clientWidth") > 250, "a chart is no chart any more"
    is_quiet(page)


def pictures_are_not_blank(window, file):
    backs = []
    for scheme in SCHEMES:
        seen = browser.colours(window.page(file, scheme=scheme).screenshot())
        assert len(seen) > 100, f"{len(seen)} colours"
        back = max(seen, key=seen.get)
        assert seen[back] < 0.95 * sum(seen.values()), "one colour is nearly all"
        backs.append(sum(back))
    assert backs[0] > 600 and backs[1] < 200, f"neither light nor dark: {backs}"


def a_change_of_light_is_followed(window, file):
    page = window.page(file)
    ink = "Chart.getChart(document.querySelector('figure.chart canvas')).data.datasets[0].borderColor"
    before = page.ask(ink)
    page.use_scheme("dark")
    page.ask("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.ask(ink) != before, "charts keep their colours"
    is_quiet(page)


def paper_has_it_all(window, file):
    page = window.page(file, scheme="dark")
    printed = page.pdf()
    assert printed.startswith(b"%PDF-") and len(printed) > 20000, f"{len(printed)} bytes"
    is_quiet(page)


with browser.Browser() as one:
    globals()[sys.argv[1]](one, sys.argv[2])
