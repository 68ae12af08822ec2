"""The lines that are no request's: one JSON object each, and no secret in it."""

import json
import logging
import sys
from typing import Any

import pytest

from accounts.logs import JsonFormatter, TextFormatter

pytestmark = pytest.mark.once

SECRETS = {
    "sa_" + "A1b2c3" * 6: "[secret]",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl": "[secret]",
    "Zm9vYmFy" * 8: "[secret]",
    "postgresql://hyperspeed:hunter2@10.0.0.5/work": "postgresql://hyperspeed:[secret]@10.0.0.5/work",
    "bad row\nDETAIL:  Failing row contains (1, argon2id$x).\n": "bad row\nDETAIL: [left out]\n",
}


def record(message: str, **values: Any) -> logging.LogRecord:
    return logging.makeLogRecord({"name": "hyperspeed.test", "msg": message, **values})


def failure(text: str) -> Any:
    """What `logger.exception` is given."""
    try:
        raise RuntimeError(text)
    except RuntimeError:
        return sys.exc_info()


def test_a_record_is_one_line_of_json() -> None:
    line = JsonFormatter().format(record("two\nlines \u2028 \ud800", created=0.5, levelname="INFO"))
    assert line.isascii()
    assert "\n" not in line
    assert json.loads(line) == {
        "time": "1970-01-01T00:00:00.500Z",
        "level": "INFO",
        "logger": "hyperspeed.test",
        "message": "two\nlines \u2028 \ud800",
        "request_id": None,
    }


def test_a_traceback_is_a_string_in_the_line() -> None:
    line = JsonFormatter().format(record("it failed", exc_info=failure("no such thing")))
    assert "\n" not in line
    told = json.loads(line)
    assert told["exception"].startswith("Traceback (most recent call last):\n")
    assert told["exception"].endswith("RuntimeError: no such thing")


@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter()], ids=["json", "text"])
@pytest.mark.parametrize("text", SECRETS)
def test_no_secret_is_told(text: str, formatter: logging.Formatter) -> None:
    told = formatter.format(record("it failed: %s", args=(text,), exc_info=failure(text)))
    for secret in ("A1b2", "c2lnbm", "Zm9v", "hunter2", "argon2id"):
        assert secret not in told


@pytest.mark.parametrize(("text", "told"), SECRETS.items())
def test_what_stands_around_a_secret_is_kept(text: str, told: str) -> None:
    line = json.loads(JsonFormatter().format(record("%s", args=(text,))))
    assert line["message"] == told


def test_the_id_of_the_request_stands_beside_the_message() -> None:
    line = JsonFormatter().format(record("x", request_id="0" * 32))
    assert json.loads(line)["request_id"] == "0" * 32
