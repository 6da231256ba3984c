"""The written protocol of losses is what losses have, and all that heads and hooks look for."""

import ast
import inspect
from pathlib import Path

import pytest
from mmengine.registry import MODELS

import par_plugins
from par_plugins.structures import AttributeLossProtocol, loss_protocol
from par_plugins.testing.contracts.registered import registered

PACKAGE = Path(par_plugins.__file__).parent
LOSSES = registered(MODELS, 'par_plugins.models.losses')
PROTOCOLS = [
    value
    for value in vars(loss_protocol).values()
    if inspect.isclass(value) and value.__module__ == loss_protocol.__name__
]
MEMBERS = {
    name
    for protocol in PROTOCOLS
    for name in [*protocol.__annotations__, *vars(protocol)]
    if not name.startswith('_')
}
# What hooks ask of heads, samplers' data and other models, which is no matter of losses.
OF_OTHERS = {'set_identities', 'set_gallery'}


@pytest.mark.parametrize('name', sorted(LOSSES))
def test_every_loss_has_all_that_the_protocol_says(name):
    loss = MODELS.build({'type': name})
    for member in AttributeLossProtocol.__annotations__:
        assert hasattr(loss, member), member
    arguments = list(inspect.signature(AttributeLossProtocol.__call__).parameters)[1:-1]
    assert list(inspect.signature(loss.forward).parameters)[: len(arguments)] == arguments
    further = list(inspect.signature(loss.forward).parameters)[len(arguments) :]
    assert set(loss.inputs) == set(further)


def asked_of_modules(path):
    """Names that a file asks for by ``hasattr`` or ``getattr`` and that set, or observe."""
    for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ('hasattr', 'getattr')
            and isinstance(node.args[1], ast.Constant)
        ):
            yield node.args[1].value


def test_hooks_and_heads_ask_for_nothing_else():
    asked = {
        name
        for room in ('engine', 'models/heads', 'models/losses')
        for path in (PACKAGE / room).rglob('*.py')
        for name in asked_of_modules(path)
        if name.startswith('set_')
        or name in ('observe', 'parts', 'hard_labels', 'inputs', 'images')
    }
    assert {'set_schema', 'set_clusters', 'hard_labels', 'images', 'inputs'} <= asked
    assert asked - OF_OTHERS <= MEMBERS
