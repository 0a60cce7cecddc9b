"""What candles were made by stands in their watermark, so that an upgrade makes none anew."""

from dataclasses import replace

import pytest

from engines.domain.identity import Identity
from engines.domain.plan import rebuild_reason
from engines.domain.watermark import KEY_ALGEBRA, Watermark, algebra

OLD = {
    "k2.source-snapshot-id": "7",
    "k2.source-sequence-number": "3",
    "k2.source-table-uuid": "u",
    "k2.closed-until": "60000000",
    "k2.fence": "",
    "k2.algebra": "1",
}
"""The summary of a version that told trades apart by id and time, and knew no other way."""


def mark(identity: Identity) -> Watermark:
    found = Watermark.parse({**OLD, KEY_ALGEBRA: algebra(identity)})
    assert found is not None
    return found


def test_candles_of_earlier_versions_are_candles_by_id_and_time() -> None:
    found = Watermark.parse(OLD)

    assert found == mark(Identity.ID_TIME)
    assert rebuild_reason(found, "u", Identity.ID_TIME) == ""


@pytest.mark.parametrize("identity", Identity)
def test_the_identity_is_read_from_the_watermark(identity: Identity) -> None:
    assert mark(identity).identity is identity
    assert mark(identity).summary(engine="e", run_id="r", version="v")[KEY_ALGEBRA] == algebra(identity)


def test_only_another_identity_or_algebra_is_a_reason() -> None:
    unknown = replace(mark(Identity.ID), algebra="2+hash")

    assert rebuild_reason(mark(Identity.ID), "u", Identity.ID) == ""
    assert rebuild_reason(mark(Identity.ID), "u", Identity.ID_TIME) == "trades were told apart by id, now by id-time"
    assert rebuild_reason(unknown, "u", Identity.ID) == "made by algebra 2+hash, now 1+id"
    assert rebuild_reason(None, "u", Identity.ID) == "first build"
