"""Pretrained weights that come in, or an error."""

from mmengine.logging import print_log
from mmengine.model import PretrainedInit, update_init_info
from mmengine.registry import WEIGHT_INITIALIZERS
from mmengine.runner import CheckpointLoader
from torch import nn

from par_plugins.engine.checkpoint_weights import load_weights
from par_plugins.structures import InputError


# In the place of upstream's, so that every init_cfg of type Pretrained is held to it.
@WEIGHT_INITIALIZERS.register_module(name='Pretrained', force=True)
class CheckedPretrainedInit(PretrainedInit):
    """Initialise a module from a checkpoint, and say how much of it came in.

    Args:
        checkpoint: See :class:`mmengine.model.PretrainedInit`.
        prefix: See there.
        map_location: See there.

    Raises:
        InputError: If nothing in the checkpoint has the prefix or is of the module, or a tensor is
            of another kind of number or not finite.
    """

    def __call__(self, module: nn.Module) -> None:
        """Initialise ``module``."""
        checkpoint = CheckpointLoader.load_checkpoint(self.checkpoint, self.map_location)
        weights = checkpoint.get('state_dict', checkpoint)
        source = str(self.checkpoint)
        if self.prefix is not None:
            prefix = self.prefix.removesuffix('.') + '.'
            source += f', prefix {self.prefix!r}'
            first_parts = sorted({name.partition('.')[0] for name in weights})
            weights = {
                n.removeprefix(prefix): w for n, w in weights.items() if n.startswith(prefix)
            }
            if not weights:
                raise InputError(
                    f'{source}: nothing in it has this prefix, its names begin with '
                    f'{", ".join(first_parts[:10])}'
                )
        loaded = load_weights(module, weights, source=source)
        loaded.require_usable(source)
        print_log(f'{source}: {loaded}', logger='current')
        if hasattr(module, '_params_init_info'):
            update_init_info(module, init_info=self._get_init_info())
