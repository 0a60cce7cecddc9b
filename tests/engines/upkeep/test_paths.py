"""One file, however its path is spelled: what is compared before anything is deleted."""

import pytest

from engines.iceberg.maintenance import normalised


@pytest.mark.parametrize(
    "spellings",
    [
        ("file:/x/y.parquet", "file:///x/y.parquet", "file://localhost/x/y.parquet", "/x/y.parquet", "/x//y.parquet"),
        ("s3://bucket/t/data/a.parquet", "s3a://bucket/t/data/a.parquet", "s3n://bucket/t/data//a.parquet"),
        ("hdfs:///t/a", "hdfs://host/t/a", "hdfs://host:8020/t/a"),
        ("abfs://c@account.dfs.core.windows.net/t/a", "abfss://c@account.dfs.core.windows.net/t/a"),
        ("s3://b/s3/b/a", "s3a://b/s3/b/a"),
    ],
)
def test_one_file(spellings: tuple[str, ...]) -> None:
    assert len({normalised(path) for path in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("file:/x/y", "file:/x/Y"),
        ("s3://b/x", "s3://b/x/y"),
        ("/x/day=2024-03-01/a", "/x/day=2024-03-02/a"),
        ("/x/a?b", "/x/a"),
        ("/x/a#b", "/x/a#c"),
        ("/x/a:b", "/x/b"),
        ("/x/%20", "/x/ "),
    ],
)
def test_two_files(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)
