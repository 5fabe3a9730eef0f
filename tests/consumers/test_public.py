"""Where a user finds the check of a consumer."""

from __future__ import annotations

import subprocess
import sys

import pytest

import trainstate.testing
from trainstate.testing.consumers import check_consumer
from trainstate.testing.consumers.perform import _where


def test_the_kit_has_the_check_of_a_consumer() -> None:
    """It is a part of the kit, as the fuzzer is."""
    assert check_consumer is trainstate.testing.check_consumer


def test_the_kit_alone_brings_no_boto3() -> None:
    """The strategies are imported without what only the check of a consumer needs."""
    code = "import sys, trainstate.testing; sys.exit('boto3' in sys.modules)"

    assert 0 == subprocess.run([sys.executable, "-c", code], check=False).returncode


def test_a_folder_of_the_package_s_name_hides_no_place() -> None:
    """Where a consumer raised is told, also in a checkout or a project that is called like us."""
    file = "/home/someone/trainstate/jobs/wait.py"
    with pytest.raises(KeyError) as raised:
        exec(compile("\n\nraise KeyError('FailureReason')", file, "exec"))

    assert "trainstate/jobs/wait.py:3" == _where(raised.value)
