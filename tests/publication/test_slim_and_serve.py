"""The built site by itself: what is left out, what browsers are told of pictures, and how `make serve` sends it."""

from __future__ import annotations

import gzip
import struct
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.publication.site import images, slim
from analysis.publication.site.serve import SilentHandler, server

THEME = (
    "a{color:red}.fa-bars:before{content:'x'}.fa-list:before,.fa-list-ul:before{content:'y'}.fa-lg{font-size:1.25em}"
    "@font-face{font-family:F;src:url(../vendor/fontawesome/webfonts/f.woff2)}\n/*# sourceMappingURL=t.css.map*/"
)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site with one page, a picture, and a theme as heavy as the real one is in kind."""
    for name, text in {
        "index.html": '<p>café</p><img src="_images/a.png" /><img alt="b" src="_images/a.png"/><img src="_images/a.png" width="3"/>',
        "_static/styles/pydata-sphinx-theme.css": THEME, "_static/styles/t.css.map": "{}", "_static/scripts/fontawesome.js": "x",
        "_static/scripts/theme.js": "go();\n//# sourceMappingURL=theme.js.map", "_static/vendor/fontawesome/f.woff2": "x",
        "_static/locales/nl/x.mo": "x", "_static/eigen.css": "p{}",
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "_images").mkdir()
    (tmp_path / "_images/a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 1440, 1004))
    return tmp_path


def test_what_no_page_loads_is_left_out_and_the_rest_stays(site: Path) -> None:
    slim.slim(site)
    left = {path.relative_to(site / "_static").as_posix() for path in (site / "_static").rglob("*") if path.is_file()}
    assert left == {"styles/pydata-sphinx-theme.css", "scripts/theme.js", "eigen.css"}
    assert (site / "_static/styles/pydata-sphinx-theme.css").read_text() == "a{color:red}.fa-lg{font-size:1.25em}"
    assert (site / "_static/scripts/theme.js").read_text() == "go();"


def test_pictures_get_their_size_and_all_but_the_first_may_wait(site: Path) -> None:
    images.describe(site, {})
    first, second, sized = (site / "index.html").read_text("utf-8").split("<img ")[1:]
    assert 'width="1440" height="1004"' in first and "lazy" not in first
    assert 'width="1440" height="1004" loading="lazy"' in second
    assert sized == 'src="_images/a.png" width="3"/>'


def test_a_phone_gets_the_narrow_picture_of_its_own_size(site: Path) -> None:
    (site / "_static/smal.png").write_bytes(b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 750, 800))
    images.describe(site, {"_images/a.png": "_static/smal.png"})
    page = (site / "index.html").read_text("utf-8")
    assert page.count('<picture class="vk-smal">') == 2  # the third has a size already: somebody else's
    source = f'<source media="{images.PHONE}" srcset="_static/smal.png" width="750" height="800" />'
    assert f'{source}<img src="_images/a.png"' in page
    images.describe(site, {"_images/a.png": "_static/smal.png"})
    assert (site / "index.html").read_text("utf-8") == page


def test_a_figure_as_lines_has_its_size_too_and_a_logo_keeps_none(site: Path) -> None:
    lines = '<?xml version="1.0"?><svg height="180pt" version="1.1" viewBox="0 0 518.4 180" width="518.4pt"/>'
    for name, text in (("_images/a.svg", lines), ("_static/logo.svg", '<svg viewBox="0 0 1 1"/>')):
        (site / name).write_text(text, "utf-8")
    (site / "index.html").write_text('<img alt="" src="_images/a.svg" /><img src="_static/logo.svg" />', "utf-8")
    images.describe(site, {})
    lines, logo = (site / "index.html").read_text("utf-8").split("<img ")[1:]
    assert 'width="691" height="240"' in lines and "width" not in logo


def test_a_book_without_narrow_pictures_has_none(tmp_path: Path) -> None:
    assert images.narrow_ones(tmp_path) == {}
    (tmp_path / images.NARROW).write_text('{"a": "b"}', "utf-8")
    assert images.narrow_ones(tmp_path) == {"a": "b"}


@pytest.fixture
def address(site: Path) -> Iterator[str]:
    with server(site, 0, SilentHandler) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_port}/"
        serving.shutdown()


def ask(address: str, accepts: str = "gzip, br") -> tuple[dict[str, str], bytes]:
    request = urllib.request.Request(address, headers={"Accept-Encoding": accepts})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return dict(answer.headers), answer.read()


@pytest.mark.parametrize("page", ["", "index.html", "index.html?q=wijk"])
def test_pages_are_sent_compressed_to_who_reads_that(address: str, site: Path, page: str) -> None:
    headers, body = ask(address + page)
    assert headers["Content-Encoding"] == "gzip" and int(headers["Content-Length"]) == len(body)
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert gzip.decompress(body) == (site / "index.html").read_bytes()
    headers, body = ask(address + page, accepts="identity")
    assert "Content-Encoding" not in headers and body == (site / "index.html").read_bytes()


def test_a_picture_is_sent_as_it_is(address: str, site: Path) -> None:
    headers, body = ask(f"{address}_images/a.png")
    assert "Content-Encoding" not in headers and body == (site / "_images/a.png").read_bytes()


def test_a_changed_page_is_sent_anew(address: str, site: Path) -> None:
    ask(address)
    (site / "index.html").write_text("nieuw, en langer dan het was", "utf-8")
    assert gzip.decompress(ask(address)[1]) == b"nieuw, en langer dan het was"


@pytest.mark.parametrize("own_page", [True, False])
def test_what_is_not_there_gets_the_books_own_page_when_it_has_one(address: str, site: Path, own_page: bool) -> None:
    if own_page:
        (site / "404.html").write_text("<p>Deze pagina bestaat niet.</p>", "utf-8")
    with pytest.raises(urllib.error.HTTPError) as problem:
        ask(f"{address}nergens.html")
    assert problem.value.code == 404
    assert ("Deze pagina bestaat niet." in problem.value.read().decode()) == own_page


def test_nothing_outside_the_site_is_served(address: str, site: Path) -> None:
    with pytest.raises(urllib.error.HTTPError) as problem:
        ask(f"{address}../../etc/passwd")
    assert problem.value.code == 404
