import numpy as np
import pytest

from par_plugins.datasets import UnlabelledImages
from par_plugins.structures import AttributeSchema, InputError

SCHEMA = AttributeSchema(['hat', 'bag'])


def test_every_picture_below_the_folder_is_there_and_nothing_is_known_of_it(tmp_path):
    for name in ('b.jpg', 'a/z.PNG', 'a/notes.txt', 'c.jpeg'):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    (tmp_path / 'folder.jpg').mkdir()
    data = UnlabelledImages(data_root=tmp_path, schema=SCHEMA.to_dict())
    paths = [data.get_data_info(index)['img_path'] for index in range(len(data))]
    assert paths == [str(tmp_path / name) for name in ('a/z.PNG', 'b.jpg', 'c.jpeg')]
    np.testing.assert_array_equal(data.targets, np.full((3, 2), -1))
    assert data.metainfo['schema'] == SCHEMA


def test_a_single_picture_will_do(tmp_path):
    (tmp_path / 'a.jpg').touch()
    data = UnlabelledImages(data_root=tmp_path / 'a.jpg', schema=SCHEMA)
    assert [data.get_data_info(0)['img_path']] == [str(tmp_path / 'a.jpg')] and len(data) == 1


@pytest.mark.parametrize(
    ('name', 'message'), [('none', 'no such folder or picture'), ('', 'no picture')]
)
def test_a_folder_without_pictures_is_named(tmp_path, name, message):
    with pytest.raises(InputError, match=f'{tmp_path.name}.*{message}'):
        UnlabelledImages(data_root=tmp_path / name, schema=SCHEMA)


@pytest.mark.parametrize('scheme', ['http', 's3'])
def test_an_address_is_no_folder(scheme):
    with pytest.raises(InputError, match=f'{scheme}:/nowhere.invalid/a.jpg: there is no such'):
        UnlabelledImages(f'{scheme}://nowhere.invalid/a.jpg', SCHEMA)
