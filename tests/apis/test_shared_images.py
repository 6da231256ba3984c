import pytest
from mmengine.dataset import ConcatDataset, RepeatDataset

from par_plugins.apis.shared_images import refuse_shared_images
from par_plugins.datasets import PA100K, AttributeCSV
from par_plugins.structures import InputError
from par_plugins.testing import write_toy_benchmark


def shop(folder, names, split):
    folder.mkdir(exist_ok=True)
    rows = ''.join(f'{name},{split},{number % 2}\n' for number, name in enumerate(names))
    (folder / f'{split}.csv').write_text(f'image,split,Hat\n{rows}', encoding='utf-8')
    return AttributeCSV(data_root=str(folder), ann_file=f'{split}.csv', split=split)


def test_an_image_in_two_sets_is_refused_through_wrappers_and_links(tmp_path):
    train = shop(tmp_path / 'a', ['1.png', '2.png', '3.png'], 'train')
    apart = shop(tmp_path / 'a', ['4.png'], 'val')
    (tmp_path / 'b').symlink_to(tmp_path / 'a')
    shared = shop(tmp_path / 'b', ['x/../3.png', '9.png', '2.png'], 'test')
    refuse_shared_images(train, {'val_dataloader': apart})
    refuse_shared_images(train, {'val_dataloader': object()})
    wrapped = RepeatDataset(dict(type=ConcatDataset, datasets=[apart, train]), 2)
    other = shop(tmp_path / 'c', ['1.png'], 'val')  # of the same name in another folder
    with pytest.raises(InputError, match=r'and test_dataloader share 2 .*2\.png: scores on what'):
        refuse_shared_images(wrapped, {'val_dataloader': other, 'test_dataloader': shared})


def test_official_splits_that_join_others_say_that_it_is_meant(tmp_path):
    write_toy_benchmark(tmp_path, 'PA100K', num_train=4, num_val=3, num_test=2)
    sets = {
        split: PA100K(data_root=tmp_path, split=split)
        for split in ('train', 'val', 'test', 'trainval', 'valtest', None)
    }
    for training, other in [('train', 'val'), ('train', 'valtest'), ('trainval', 'val')]:
        refuse_shared_images(sets[training], {'val_dataloader': sets[other]})
    for training, other in [('train', 'train'), ('trainval', 'valtest'), (None, 'val')]:
        with pytest.raises(InputError, match=r'set allow_shared_images=True in the config'):
            refuse_shared_images(sets[training], {'val_dataloader': sets[other]})
