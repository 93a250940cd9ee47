"""Standard output while a solver runs: one line of C is held back, everything else comes out."""

from __future__ import annotations

import ctypes
import os
import sys

import pytest

from ml.inventory.budget import LEFT_IN_BY_HIGHS
from ml.inventory.quiet import without_lines

pytestmark = pytest.mark.skipif(os.name != "posix", reason="C's standard output is only held back on POSIX systems")


def say(text: bytes) -> None:
    """As C does it: into its own buffer."""
    ctypes.CDLL(None).puts(text)


def test_only_the_lines_named_are_held_back(capfd: pytest.CaptureFixture[str]) -> None:
    say(b"before")
    with without_lines(LEFT_IN_BY_HIGHS):
        say(LEFT_IN_BY_HIGHS + b" tmpSolver.run();")
        say(b"Coefficients look odd")
        os.write(1, b"written straight\n")
        sys.stdout.write("python\n")
    say(b"after")
    ctypes.CDLL(None).fflush(None)
    assert sorted(capfd.readouterr().out.split("\n")) == ["", "Coefficients look odd", "after", "before", "python", "written straight"]


def test_an_error_goes_on_and_standard_output_is_itself_again(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError), without_lines(b"x"):
        say(b"kept")
        raise ZeroDivisionError
    os.write(1, b"after\n")
    assert capfd.readouterr().out == "kept\nafter\n"
