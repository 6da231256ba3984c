"""Configs, tools and a network that came with the package, where OpenMMLab looks for them too."""

from pathlib import Path

MIM = Path(__file__).parents[1] / 'par_plugins/.mim'
"""Folder of ``configs``, ``tools``, ``model_zoo``, ``model-index.yml``: links in the source."""


def starter_path() -> Path:
    """Return the network that is taken where none is named."""
    return MIM / 'model_zoo/starter/model.onnx'


def starter_notice() -> str:
    """Say that the starter answers, and where its limits stand."""
    card = starter_path().with_name('README.md')
    return f'no --model: the starter answers, attributes of pedestrians; its limits: {card}'


def leaves() -> dict[str, Path]:
    """Find the configs that can be run, by their names."""
    paths = sorted((MIM / 'configs').glob('*/*.py'))
    return {path.stem: path for path in paths if path.parent.name != '_base_'}


def leaf_path(config: str) -> str:
    """Return the file of a leaf that is named, and anything else as it is.

    Args:
        config: A file, or the name of a leaf of this package.
    """
    return config if Path(config).exists() else str(leaves().get(config, config))
