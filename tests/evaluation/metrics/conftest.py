import pytest
from mmengine.logging import MMLogger


@pytest.fixture
def log(caplog):
    """What mmengine's logger is told: it hands nothing on, and prints a warning only once."""
    logger = MMLogger.get_current_instance()
    logger.addHandler(caplog.handler)
    yield caplog
    logger.removeHandler(caplog.handler)
