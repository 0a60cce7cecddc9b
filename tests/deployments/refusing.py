"""A proxy before a REST catalog: it sends a commit on, and says that it failed: the answer to a second sending."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

_CONFLICT = {"error": {"message": "the requirements are not met", "type": "CommitFailedException", "code": 409}}
_OWN = {"connection", "transfer-encoding", "content-length", "host"}
"""Headers that belong to one connection."""


@dataclass
class Proxy:
    """The proxy.

    Attributes:
        address: Where it listens.
        number: Which commit is called failed, counted from 1 since `arm`; 0: none.
        commits: How many have come.
    """

    address: str
    number: int = 0
    commits: int = 0

    def arm(self, number: int) -> None:
        """Call the commit with this number failed, of those that come from now on."""
        self.number, self.commits = number, 0

    def strikes(self, path: str, body: bytes) -> bool:
        """Whether a request is the commit that is called failed."""
        if "/tables/" not in path or not json.loads(body or b"{}").get("updates"):
            return False
        self.commits += 1
        return self.commits == self.number


@contextmanager
def refusing(catalog: str) -> Iterator[Proxy]:
    """Start a proxy before the catalog at an address, and end it."""
    there = urlsplit(catalog).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            connection = HTTPConnection(there)
            try:
                headers = {name: value for name, value in self.headers.items() if name.lower() not in _OWN}
                connection.request(self.command, self.path, body, headers)
                answer = connection.getresponse()
                content = answer.read()
            finally:
                connection.close()
            if self.command == "POST" and answer.status == 200 and proxy.strikes(self.path, body):
                self._answer(409, json.dumps(_CONFLICT).encode())
            else:
                self._answer(answer.status, content, answer)

        do_GET = do_POST = do_DELETE = do_HEAD = _handle  # noqa: N815 - the names that the base class looks for

        def _answer(self, status: int, content: bytes, answer: HTTPResponse | None = None) -> None:
            self.send_response(status)
            for name, value in [] if answer is None else answer.getheaders():
                if name.lower() not in _OWN:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    proxy = Proxy(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
