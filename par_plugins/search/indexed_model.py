"""The model that has looked at the people of an index, remembered as plain data."""

import ast
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from pprint import pformat
from typing import Any

from mmengine.config import Config, ConfigDict

from par_plugins.search.person_embedder import PersonEmbedder
from par_plugins.structures import InputError

NEEDED = ('default_scope', 'model', 'data_preprocessor', 'test_dataloader', 'test_pipeline')
"""What of a config prediction looks at."""
EXPORTED = '.onnx'
"""Ends the name of weights that bring their network along."""


@dataclass(frozen=True)
class IndexedModel:
    """A network and its weights.

    The config is kept as a literal, not as Python code: an index from somebody else runs nothing.

    Attributes:
        config: What prediction needs of the config, as a Python literal.
        weights: Path of the checkpoint, or of an exported network.
        sha256: Of the checkpoint.
        padding: Around boxes of people.
    """

    config: str
    weights: str
    sha256: str
    padding: float = 0.0

    @classmethod
    def of(cls, cfg: Config | ConfigDict, weights: str, padding: float) -> 'IndexedModel':
        """Remember a config with a checkpoint."""
        plain = cfg.to_dict()
        kept = {name: plain[name] for name in NEEDED if plain.get(name) is not None}
        literal = pformat(kept, width=1_000_000, sort_dicts=False)
        ast.literal_eval(literal)
        return cls(literal, str(Path(weights).absolute()), sha256_of(weights), padding)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> 'IndexedModel':
        """Read plain data.

        Raises:
            InputError: If it is no such model.
        """
        model = cls(**data)
        if not all(isinstance(x, str) for x in (model.config, model.weights, model.sha256)):
            raise InputError('its model is not text')
        if not isinstance(model.padding, int | float):
            raise InputError(f'its padding is {model.padding!r}')
        return model

    def embedder(self, weights: str | None = None, device: str | None = None) -> PersonEmbedder:
        """Load it.

        Args:
            weights: Where the checkpoint is now; None for where it was.
            device: Where the network runs.

        Raises:
            InputError: If the checkpoint is not there, or is another than it was.
        """
        weights = weights or self.weights
        if not Path(weights).is_file():
            raise InputError(
                f'{weights}: the weights of the index are not there; --weights says where they are'
            )
        if sha256_of(weights) != self.sha256:
            raise InputError(f'{weights}: other weights than those of the index')
        if Path(weights).suffix == EXPORTED:
            return PersonEmbedder(weights, device=device, padding=self.padding)
        try:
            cfg = Config(ast.literal_eval(self.config))
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
            raise InputError('the config in the index is damaged') from error
        return PersonEmbedder(cfg, weights, device=device, padding=self.padding)


def sha256_of(path: str | Path) -> str:
    """Hash a file."""
    try:
        with open(path, 'rb') as file:
            return hashlib.file_digest(file, 'sha256').hexdigest()
    except OSError as error:
        raise InputError(f'{path}: cannot be read ({error.strerror})') from error
