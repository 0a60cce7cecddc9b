"""A failure is the same as a value, as a line and as an exception."""

import pytest

from engines import errors


@pytest.mark.parametrize(
    "kind",
    [
        errors.K2Error,
        errors.UsageError,
        errors.ValidationFailed,
        errors.Conflict,
        errors.Unavailable,
        errors.CommitStateUnknown,
    ],
)
def test_an_error_becomes_a_value_and_an_error_of_its_kind_again(kind: type[errors.K2Error]) -> None:
    failure = kind("what and where", hint="how to fix it").failure
    again = errors.error_of(failure)

    assert failure == errors.Failure(message="what and where", hint="how to fix it", exit_code=kind.exit_code)
    assert type(again) is kind
    assert again.failure == failure


def test_a_failure_is_one_line_with_its_hint() -> None:
    assert str(errors.Conflict("locked", hint="try again").failure) == "locked; try again"
    assert str(errors.Conflict("locked").failure) == "locked"
