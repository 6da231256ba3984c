from types import SimpleNamespace

import numpy as np
import pytest
import torch

from par_plugins.structures import Attribute, AttributeSchema, InputError
from projects.paper_studies.habp.logit_levels import logit_levels


class FixedLogits(torch.nn.Module):
    """A model whose logits are its inputs."""

    def __init__(self, *attributes):
        super().__init__()
        self.head = torch.nn.Identity()
        self.head.layout = SimpleNamespace(schema=AttributeSchema(attributes))

    def data_preprocessor(self, batch, *, training):
        assert not training
        return batch

    def extract_feat(self, inputs):
        return inputs


def runner_with(model, *batches):
    loader = [{'inputs': batch} for batch in batches]
    return SimpleNamespace(model=model, test_loop=SimpleNamespace(dataloader=loader))


def test_levels_of_logits_are_those_of_categorical_attributes_over_all_images():
    ages, hair = (Attribute(name, ('a', 'b', 'c')) for name in ('age', 'hair'))
    batches = torch.randn(5, 7), torch.randn(2, 7)
    level, deviation = logit_levels(runner_with(FixedLogits(ages, 'hat', hair), *batches))
    rows = np.concatenate([batch.numpy() for batch in batches])
    ranges = [row[columns] for row in rows for columns in (slice(0, 3), slice(4, 7))]
    assert level == pytest.approx(np.mean([np.mean(logits) for logits in ranges]), rel=1e-5)
    assert deviation == pytest.approx(np.mean([np.std(logits) for logits in ranges]), rel=1e-5)


def test_without_a_categorical_attribute_there_is_no_level():
    with pytest.raises(InputError, match='no attribute is categorical'):
        logit_levels(runner_with(FixedLogits('hat', 'bag')))
