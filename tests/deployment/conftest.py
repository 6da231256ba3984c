"""One run and one release for all tests of a process."""

import pytest

from tests.deployment.released_toy import ReleasedToy


@pytest.fixture(scope='session')
def toy(toy_root, tmp_path_factory):
    """A toy run and its release."""
    return ReleasedToy(toy_root, tmp_path_factory.mktemp('release'))
