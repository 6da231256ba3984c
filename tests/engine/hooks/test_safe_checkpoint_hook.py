import os
import pickle
import re
import tarfile

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer
from mmengine.registry import PARAM_SCHEDULERS

from par_plugins.engine.hooks.safe_checkpoint_hook import SafeCheckpointHook, load_checkpoint_file
from par_plugins.structures import Attribute, AttributeSchema, InputError


class Hostile:
    """Unpickling it makes a folder."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize('zipped', [True, False])
def test_a_checkpoint_made_to_run_code_is_refused_and_does_nothing(tmp_path, zipped):
    trap, path = tmp_path / 'trap', tmp_path / 'hostile.pth'
    torch.save({'state_dict': Hostile(trap)}, path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(InputError, match=r'hostile\.pth: not a whole checkpoint') as caught:
        load_checkpoint_file(str(path))
    assert not trap.exists() and '\n' not in str(caught.value)
    path.write_bytes(pickle.dumps(Hostile(trap)))
    with pytest.raises(InputError):
        load_checkpoint_file(str(path))
    assert not trap.exists()
    pickle.loads(path.read_bytes())
    assert trap.exists()  # so the file would have done it


class Writing(torch.nn.Module):
    """Loaded as a TorchScript archive, it writes a file."""

    def __init__(self, path: str):
        super().__init__()
        self.path = path

    @torch.jit.export
    def __getstate__(self):
        return self.path

    @torch.jit.export
    def __setstate__(self, path: str):
        self.path = path
        self.training = False
        torch.save(torch.ones(1), path)

    def forward(self, x):
        return x


def test_a_torchscript_archive_is_refused_and_does_nothing(tmp_path):
    trap, path = tmp_path / 'trap', tmp_path / 'script.pth'
    torch.jit.save(torch.jit.script(Writing(str(trap))), path)
    with pytest.raises(InputError, match=r'script\.pth: not a whole checkpoint .*TorchScript'):
        load_checkpoint_file(str(path))
    assert not trap.exists()
    torch.jit.load(path)
    assert trap.exists()  # so the file would have done it


def test_a_tar_file_is_refused(tmp_path):
    path = tmp_path / 'old.pth'
    with tarfile.open(path, 'w') as tar:
        for name in ('storages', 'tensors', 'pickle'):
            (tmp_path / name).write_bytes(pickle.dumps(0, protocol=2))
            tar.add(tmp_path / name, name)
    with pytest.raises(InputError, match=r'old\.pth: not a whole checkpoint .*\btar\b'):
        load_checkpoint_file(str(path))


@pytest.mark.parametrize('core', [b'numpy.core.', b'numpy._core.'], ids=['NumPy 1', 'NumPy 2'])
def test_what_mmengine_saves_is_read_whichever_numpy_wrote_it(tmp_path, core):
    history = HistoryBuffer([1.0, 2.0], [1, 1])
    saved = {
        'state_dict': {'w': torch.ones(2)},
        'message_hub': {'log_scalars': {'loss': history}},
        'score': np.float64(0.5),
    }
    # Not zipped, so that the names of NumPy's functions stand in the file as they are.
    torch.save(saved, tmp_path / 'own.pth', _use_new_zipfile_serialization=False)
    written, count = re.subn(rb'numpy\._?core\.', core, (tmp_path / 'own.pth').read_bytes())
    assert count == 2  # _reconstruct and scalar
    (tmp_path / 'own.pth').write_bytes(written)
    read = load_checkpoint_file(str(tmp_path / 'own.pth'))
    assert read['score'] == 0.5
    assert read['message_hub']['log_scalars']['loss'].mean() == 1.5
    assert torch.equal(read['state_dict']['w'], torch.ones(2))


def test_a_checkpoint_cannot_ask_for_private_attributes(tmp_path):
    class Asking:
        def __reduce__(self):
            return getattr, (HistoryBuffer, '__init__')

    torch.save({'x': Asking()}, tmp_path / 'asking.pth')
    with pytest.raises(InputError, match="attribute '__init__'"):
        load_checkpoint_file(str(tmp_path / 'asking.pth'))


def test_cut_empty_and_missing_files_are_named(tmp_path):
    path = tmp_path / 'cut.pth'
    torch.save({'w': torch.ones(1000)}, path)
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], whole[:-30], b'', b'text'):
        path.write_bytes(content)
        with pytest.raises(InputError, match=r'cut\.pth: not a whole checkpoint') as caught:
            load_checkpoint_file(str(path))
        assert '\n' not in str(caught.value)
    with pytest.raises(InputError, match=r'none\.pth: no such checkpoint'):
        load_checkpoint_file(str(tmp_path / 'none.pth'))


SCHEDULERS = {
    'OneCycleLR': dict(eta_max=0.1, total_steps=8),
    'MultiStepLR': dict(milestones=[2, 4], gamma=0.1),
    'CosineAnnealingLR': dict(T_max=8),
    'LinearLR': dict(end=4),
    'ReduceOnPlateauLR': dict(monitor='score', rule='greater', patience=0),
}


@pytest.mark.parametrize('name', SCHEDULERS)
def test_a_schedulers_state_survives_the_way_through_a_checkpoint(tmp_path, name):
    def build():
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
        options = dict(type=name, optimizer=optimizer, **SCHEDULERS[name])
        return optimizer, PARAM_SCHEDULERS.build(options)

    def step(optimizer, scheduler, times):
        rates = []
        for _ in range(times):
            optimizer.step()
            scheduler.step({'score': 1.0}) if 'Plateau' in name else scheduler.step()
            rates.append(optimizer.param_groups[0]['lr'])
        return rates

    optimizer, scheduler = build()
    step(optimizer, scheduler, 3)
    checkpoint = {
        'param_schedulers': [scheduler.state_dict()],
        'optimizer': optimizer.state_dict(),
    }
    SafeCheckpointHook().before_save_checkpoint(None, checkpoint)
    torch.save(checkpoint, tmp_path / 'own.pth')
    read = load_checkpoint_file(str(tmp_path / 'own.pth'))
    resumed_optimizer, resumed = build()
    resumed_optimizer.load_state_dict(read['optimizer'])
    resumed.load_state_dict(read['param_schedulers'][0])
    assert step(resumed_optimizer, resumed, 4) == step(optimizer, scheduler, 4)


def test_a_schema_saved_as_an_object_is_read_too(tmp_path):
    schema = AttributeSchema(['a', Attribute('b', ('x', 'y'), group='g')])
    torch.save({'meta': {'dataset_meta': {'schema': schema}}}, tmp_path / 'own.pth')
    read = load_checkpoint_file(str(tmp_path / 'own.pth'))
    assert read['meta']['dataset_meta']['schema'] == schema
