import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import MODELS, init_default_scope

pytest.importorskip('timm')

from projects.paper_studies.frozen_views import (
    PICTURES,
    VIEWS,
    LoadFrozenView,
    SavedProbabilities,
    frozen_maps,
)
from projects.paper_studies.pedestrians.compare import BLOCK, FOLDS, HERE, LEAF, OPTIONS, folds


def test_last_blocks_go_on_where_the_frozen_ones_end():
    init_default_scope('mmpretrain')
    backbone = Config.fromfile(HERE / 'arms' / f'cross-entropy{LEAF}').model.backbone
    backbone.init_cfg = None
    last = MODELS.build(backbone).eval()
    whole = MODELS.build({**backbone, 'type': 'FrozenTIMMBackbone'}).eval()
    whole.load_state_dict(last.state_dict())
    pictures = torch.rand(2, 3, 64, 32)
    maps = torch.from_numpy(frozen_maps(last, pictures)).float().permute(0, 3, 1, 2)
    with torch.no_grad():
        expected, found = whole(pictures)[0], last(maps)[0]
    assert expected.abs().max() > 0
    # The maps are kept in half precision.
    torch.testing.assert_close(found, expected, rtol=1e-2, atol=1e-2 * float(expected.abs().max()))
    trained = {name for name, p in last.named_parameters() if p.requires_grad}
    assert trained == {name for name, p in whole.named_parameters() if p.requires_grad}


def test_a_view_is_that_of_the_picture(tmp_path):
    views = np.arange(3 * 2 * 4, dtype=np.float16).reshape(3, 2, 1, 2, 2)
    np.save(tmp_path / VIEWS, views)
    (tmp_path / PICTURES).write_text('a.jpg\nb.jpg\n', encoding='utf-8')
    sample = {'img_path': 'somewhere/b.jpg'}
    plain = LoadFrozenView(str(tmp_path)).transform(dict(sample))['img']
    np.testing.assert_array_equal(plain, views[0, 1])
    augmented = LoadFrozenView(str(tmp_path), augmented=True)
    drawn = [augmented.transform(dict(sample))['img'] for _ in range(40)]
    assert {float(view[0, 0, 0]) for view in drawn} == {float(v[1, 0, 0, 0]) for v in views[1:]}


def test_probabilities_are_kept_as_they_came(tmp_path):
    metric = SavedProbabilities(str(tmp_path))
    for start in (0.25, 0.75):
        sample = {'pred_probabilities': torch.tensor([start]), 'gt_attributes': torch.tensor([1])}
        metric.process(None, [sample])
    assert metric.evaluate(2)['saved/processor_seconds'] > 0
    with np.load(tmp_path / 'probabilities.npz') as file:
        assert file['probabilities'].tolist() == [[0.25], [0.75]]
        assert file['targets'].tolist() == [[1], [1]]


def test_folds_have_whole_blocks_and_every_arm_has_an_option():
    fold = folds(2000)
    assert np.bincount(fold).tolist() == [2000 // FOLDS] * FOLDS
    assert all(len(set(block)) == 1 for block in fold.reshape(-1, BLOCK))
    arms = {path.name.removesuffix(LEAF) for path in (HERE / 'arms').iterdir()}
    assert arms - {'__pycache__'} == set(OPTIONS)
