"""Secrets are not shown, whatever form they come in."""

import pytest

from k2cli.language.redaction import is_secret, mask_uri, redact, secrets_in_uri


@pytest.mark.parametrize(
    "name", ["password", "s3.secret-access-key", "s3.access-key-id", "token", "credential", "s3.session-token", "pwd"]
)
def test_names_of_secrets(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize("name", ["s3.endpoint", "s3.region", "warehouse", "py-io-impl", "token-refresh-enabled"])
def test_names_of_what_may_be_seen(name: str) -> None:
    assert not is_secret(name)


@pytest.mark.parametrize(
    ("uri", "masked"),
    [
        ("postgresql://bob:hunter22@db:5432/x", "postgresql://bob:***@db:5432/x"),
        ("postgresql+psycopg2://bob:a%40b:c@db/x", "postgresql+psycopg2://bob:***@db/x"),
        ("postgresql://db/x?user=bob&password=hunter22", "postgresql://db/x?user=bob&password=***"),
        ("https://catalog/api", "https://catalog/api"),
        ("sqlite:////data/catalog.db?timeout=60", "sqlite:////data/catalog.db?timeout=60"),
    ],
)
def test_a_uri_keeps_all_but_its_password(uri: str, masked: str) -> None:
    assert mask_uri(uri) == masked


def test_a_quoted_password_is_known_in_both_forms() -> None:
    assert secrets_in_uri("postgresql://bob:a%40b@db/x") == {"a%40b", "a@b"}


def test_text_is_cleaned_of_known_secrets_and_of_uris() -> None:
    text = "could not connect with hunter22hunter22 to postgresql://al:other@db"

    assert redact(text, {"hunter22", "hunter22hunter22"}) == "could not connect with *** to postgresql://al:***@db"
