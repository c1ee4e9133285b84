"""The files of the page as a fixed map from path to bytes, and chart script and font from their pinned wheels."""

from __future__ import annotations

import gzip
import hashlib
import logging
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import Response

from candledesk.web.server.compress import MIN_BYTES, accepts_gzip
from candledesk.web.server.joined_scripts import join_modules

if TYPE_CHECKING:
    from starlette.requests import Request

_log = logging.getLogger(__name__)
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_ENTRY = "app.js"
_STYLES = ("style.css", "panels.css", "studies.css")
_FONT = "fontpkg_inter/files/Inter[opsz,wght].ttf"


@dataclass(frozen=True, slots=True)
class ScriptSource:
    """A wheel that carries the chart script, and the bytes that are trusted (PACKAGES.md, "web chart script")."""

    distribution: str
    path: str
    sha256: str
    version: str


CHART_SCRIPTS = (
    ScriptSource(
        "lwcharts",
        "lwcharts/vendor/lightweight-charts.standalone.production.js",
        "c0992580867c4912cc9385b3c2728315bcc1a76c7f1087dca908430fccdf31d7",
        "5.2.0",
    ),
)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its bytes, its media type, its strong tag, and the bytes as gzip for larger files."""

    body: bytes
    media_type: str
    etag: str
    packed: bytes | None = None

    def respond(self, request: Request) -> Response:
        """Return the file, or 304 when the browser has it."""
        headers = {"ETag": self.etag, "Cache-Control": "no-cache"}
        body = self.body
        if self.packed is not None:
            headers["Vary"] = "Accept-Encoding"
            if accepts_gzip(request.headers.get("accept-encoding", "")):
                headers |= {"Content-Encoding": "gzip", "ETag": f'{self.etag[:-1]}-gzip"'}
                body = self.packed
        if request.headers.get("if-none-match") == headers["ETag"]:
            headers.pop("Content-Encoding", None)
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type=self.media_type)


def read_chart_script(sources: tuple[ScriptSource, ...] = CHART_SCRIPTS) -> bytes | None:
    """Return Lightweight Charts from the first wheel whose file has the trusted hash, ``None`` when there is none."""
    for source in sources:
        try:
            body = Path(str(distribution(source.distribution).locate_file(source.path))).read_bytes()
        except (PackageNotFoundError, OSError):
            continue
        if hashlib.sha256(body).hexdigest() == source.sha256:
            return body
        _log.warning("The chart script of %s is not the trusted one: it is not served.", source.distribution)
    return None


def read_font() -> bytes | None:
    """Return the font Inter, ``None`` when its wheel is not installed: the page has a font of the computer then."""
    try:
        return Path(str(distribution("fontpkg-inter").locate_file(_FONT))).read_bytes()
    except (PackageNotFoundError, OSError):
        return None


def load_assets(resources: Path) -> dict[str, Asset]:
    """Return the map from URL path to asset: ``/`` and ``/assets/NAME`` for the files of ``resources/web``.

    The page itself loads its scripts as ``all.js`` and its styles as ``all.css``, each joined from the single files.
    """
    assets: dict[str, Asset] = {}
    texts: dict[str, str] = {}
    for file in sorted((resources / "web").iterdir()):
        if file.suffix in _TYPES and file.is_file():
            path = "/" if file.name == "index.html" else f"/assets/{file.name}"
            body = file.read_bytes()
            texts[file.name] = body.decode()
            assets[path] = _make_asset(body, _TYPES[file.suffix])
    styles = "".join(texts[name] for name in _STYLES)
    assets["/assets/all.js"] = _make_asset(join_modules(texts, _ENTRY).encode(), _TYPES[".js"])
    assets["/assets/all.css"] = _make_asset(styles.encode(), _TYPES[".css"])
    script = read_chart_script()
    if script is None:
        _log.warning(
            "No Lightweight Charts script was found: the web chart cannot draw; reinstall the package lwcharts."
        )
    else:
        assets["/assets/lightweight-charts.js"] = _make_asset(script, _TYPES[".js"])
    font = read_font()
    if font is not None:
        assets["/assets/inter.ttf"] = _make_asset(font, "font/ttf", is_packed=False)
    return assets


def _make_asset(body: bytes, media_type: str, *, is_packed: bool = True) -> Asset:
    packed = gzip.compress(body, mtime=0) if is_packed and len(body) >= MIN_BYTES else None
    return Asset(body, media_type, f'"{hashlib.sha256(body).hexdigest()[:32]}"', packed)
