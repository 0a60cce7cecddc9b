"""An S3 store: moto's server, which answers S3's requests over HTTP and keeps the objects in memory."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pyarrow import fs

from tests.deployments.service import Service

KEY, SECRET, REGION = "k2", "not-asked-for-by-moto", "us-east-1"


@dataclass(frozen=True)
class Store:
    """A running store."""

    endpoint: str

    def create(self, bucket: str) -> None:
        """Make an empty bucket."""
        system = fs.S3FileSystem(
            endpoint_override=self.endpoint,
            access_key=KEY,
            secret_key=SECRET,
            region=REGION,
            allow_bucket_creation=True,
        )
        system.create_dir(bucket)


@contextmanager
def s3_store(folder: Path) -> Iterator[Store]:
    """Start a store, and end it."""
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    with Service(command, log=folder / "s3.log") as service:
        yield Store(service.said(r"Running on (http://127\.0\.0\.1:\d+)")[1])
