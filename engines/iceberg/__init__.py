"""Table metadata through PyIceberg, shared by all engines: catalog, schemas, state, changes, commits.

Exported is what the author of an engine for clusters needs: the catalog's tables and errors, the data files of a
snapshot with their times, files staged on a branch, and the commit that all engines share.
"""

from engines.iceberg.catalog import Tables, catalog_errors
from engines.iceberg.changes import EVENT_TIME
from engines.iceberg.datafiles import NewFiles
from engines.iceberg.files import spanned_files
from engines.iceberg.publication import publish
from engines.iceberg.staging import StagedFiles, StagingBranch

__all__ = [
    "EVENT_TIME",
    "NewFiles",
    "StagedFiles",
    "StagingBranch",
    "Tables",
    "catalog_errors",
    "publish",
    "spanned_files",
]
