import pytest
from mmengine.config import ConfigDict
from mmengine.dataset import RepeatDataset

import par_plugins.datasets
from par_plugins.datasets.configured_schema import configured_schema
from par_plugins.structures import Attribute, AttributeSchema, InputError

TABLE = 'image,split,Hat,Age\n1.jpg,train,1,old\n2.jpg,train,0,child\n'
SCHEMA = AttributeSchema(['Hat', Attribute('Age', ('child', 'old'))])


def shop(folder, table=TABLE):
    folder.mkdir(exist_ok=True)
    (folder / 'labels.csv').write_text(table, encoding='utf-8')
    # A pipeline that cannot be built: the schema needs none.
    pipeline = [dict(type='ThereIsNoSuchTransform')]
    return dict(type='AttributeCSV', data_root=str(folder), pipeline=pipeline)


def test_the_schema_is_found_through_wrappers_in_any_nesting(tmp_path):
    own = shop(tmp_path / 'a')
    joined = dict(type='ConcatDataset', datasets=[own, shop(tmp_path / 'b')])
    repeated = dict(type='RepeatDataset', times=2, dataset=joined)
    balanced = dict(type='ClassBalancedDataset', oversample_thr=0.1, dataset=repeated)
    for config in (own, joined, repeated, balanced):
        assert configured_schema(ConfigDict(config)) == SCHEMA
    built = par_plugins.datasets.AttributeCSV(data_root=str(tmp_path / 'a'))
    assert configured_schema(RepeatDataset(built, 2)) == SCHEMA
    assert configured_schema(dict(type=RepeatDataset, times=2, dataset=built)) == SCHEMA


def test_joined_datasets_of_other_attributes_are_refused(tmp_path):
    other = shop(tmp_path / 'b', TABLE.replace('Hat', 'Cap'))
    joined = dict(type='ConcatDataset', datasets=[shop(tmp_path / 'a'), other])
    with pytest.raises(InputError, match='dataset 2 of ConcatDataset has other attributes'):
        configured_schema(joined)


def test_a_head_built_without_our_tools_says_who_fills_in_the_schema():
    with pytest.raises(InputError, match=r"schema='dataset' is filled in by tools/train\.py"):
        AttributeSchema.from_dict('dataset')
