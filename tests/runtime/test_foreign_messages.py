"""Only what is known to be harmless is left out."""

import subprocess
import sys
import warnings

import pytest

from par_runtime.foreign_messages import harmless_messages_left_out


def test_importing_the_package_says_nothing():
    done = subprocess.run(
        [sys.executable, '-c', 'import par_plugins'], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ('', '')


def test_other_lines_and_warnings_are_said_as_before(capsys):
    with warnings.catch_warnings(), pytest.warns(UserWarning, match='Fail to import everything'):
        with harmless_messages_left_out():
            print('Could not import OneDL')
            print('Could not import numpy')
        warnings.warn('Fail to import everything', stacklevel=1)
    assert capsys.readouterr().out == 'Could not import numpy\n'
