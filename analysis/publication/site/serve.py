"""Showing the built book on this computer as a public host would: compressed, and with the book's own page for what is not there."""

from __future__ import annotations

import functools
import gzip
import http.server
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

# What public hosts compress; images and fonts already are.
COMPRESSED = ("text/", "application/javascript", "application/json", "image/svg+xml", "application/xml")

NOT_FOUND = "404.html"


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder, compressed for who asks for that."""

    protocol_version = "HTTP/1.1"  # one connection for many files, as browsers expect

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        """The headers, and what follows them."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() and self.path.split("?")[0].endswith("/") else path
        kind = self.guess_type(str(path))
        wanted = "gzip" in self.headers.get("Accept-Encoding", "") and kind.startswith(COMPRESSED)
        return self._send_compressed(path, kind) if wanted and path.is_file() else super().send_head()

    def _send_compressed(self, path: Path, kind: str, status: HTTPStatus = HTTPStatus.OK) -> io.BytesIO:
        body = _compressed(path, path.stat().st_mtime_ns)
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Vary", "Accept-Encoding")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Last-Modified", self.date_time_string(int(path.stat().st_mtime)))
        self.end_headers()
        return io.BytesIO(body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """The book's own page for what is not there; Python's for other errors."""
        page = Path(self.directory, NOT_FOUND)
        if code != HTTPStatus.NOT_FOUND or not page.exists() or self.command not in ("GET", "HEAD"):
            super().send_error(code, message, explain)
            return
        body = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


class SilentHandler(Handler):
    """The same without a line in the log for each file."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@functools.lru_cache(maxsize=256)
def _compressed(path: Path, _changed: int) -> bytes:
    return gzip.compress(path.read_bytes(), compresslevel=6, mtime=0)


def server(folder: Path, port: int, handler: type[Handler] = Handler) -> http.server.ThreadingHTTPServer:
    """A server of a folder on this computer only, not yet started.

    Args:
        folder: what it serves.
        port: where; 0 for any that is free.
        handler: answers requests.

    Raises:
        OSError: when the port is taken.
    """
    return http.server.ThreadingHTTPServer(("127.0.0.1", port), functools.partial(handler, directory=str(folder)))


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder from a thread, without a line for each file; gives its address."""
    with server(folder, 0, SilentHandler) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_port}/"
        serving.shutdown()
