"""The files of a folder of the storage, as PyArrow's file systems list them."""

from collections.abc import Iterator

from pyarrow import fs
from pyiceberg.io.pyarrow import PyArrowFileIO


def listed_files(
    io: PyArrowFileIO, folder: str, *, recursive: bool = False, allow_not_found: bool = False
) -> Iterator[tuple[str, fs.FileInfo]]:
    """Yield the path of each file in a folder, as the folder is written, and what is known of it.

    Raises:
        FileNotFoundError: There is no such folder, unless that is allowed.
    """
    scheme, netloc, root = PyArrowFileIO.parse_location(folder, io.properties)
    selector = fs.FileSelector(root, recursive=recursive, allow_not_found=allow_not_found)
    for info in io.fs_by_scheme(scheme, netloc).get_file_info(selector):
        if info.type == fs.FileType.File:
            yield folder + info.path.removeprefix(root), info
