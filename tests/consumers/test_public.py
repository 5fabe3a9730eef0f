"""Where a user finds the check of a consumer."""

from __future__ import annotations

import subprocess
import sys

import trainstate.testing
from trainstate.testing.consumers import check_consumer


def test_the_kit_has_the_check_of_a_consumer() -> None:
    """It is a part of the kit, as the fuzzer is."""
    assert check_consumer is trainstate.testing.check_consumer


def test_the_kit_alone_brings_no_boto3() -> None:
    """The strategies are imported without what only the check of a consumer needs."""
    code = "import sys, trainstate.testing; sys.exit('boto3' in sys.modules)"

    assert 0 == subprocess.run([sys.executable, "-c", code], check=False).returncode
