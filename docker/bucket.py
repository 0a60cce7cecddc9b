"""Create the bucket of the configured warehouse if it does not exist."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from pyarrow import fs

from k2cli.settings import load_settings


def make_bucket() -> str:
    """Create the bucket according to the settings that k2 would load here.

    Returns:
        The bucket's name.
    """
    known = load_settings(flags={}, variables=os.environ, cwd=Path.cwd()).settings.catalog.revealed()
    store = fs.S3FileSystem(
        endpoint_override=known["s3.endpoint"],
        access_key=known["s3.access-key-id"],
        secret_key=known["s3.secret-access-key"],
        region=known["s3.region"],
        allow_bucket_creation=True,
    )
    bucket = urlsplit(known["warehouse"]).netloc
    store.create_dir(bucket)
    return bucket


if __name__ == "__main__":
    print(f"bucket {make_bucket()}")
