from types import SimpleNamespace

import pytest
import torch
from mmengine.dataset import ConcatDataset
from mmengine.hooks import EarlyStoppingHook
from mmengine.optim import ReduceOnPlateauLR

from par_plugins.datasets import AttributeCSV
from par_plugins.engine.hooks import SchemaHook
from par_plugins.evaluation import AttributeMetric, BalancedAccuracyMetric
from par_plugins.models.heads import AttributeHead
from par_plugins.structures import Attribute, AttributeSchema, InputError, SchemaMismatchError
from tests.engine.hooks.toy_loop import ToyLoop, toy_runner

SCHEMA = AttributeSchema(['Hat', 'Bag'])


class Outputs(torch.nn.Module):
    def set_schema(self, schema):
        self.schema = schema


def loop(schema=SCHEMA, metrics=()):
    data = SimpleNamespace(metainfo={'schema': schema})
    return ToyLoop(data, evaluator=SimpleNamespace(metrics=list(metrics)))


def loaded(schema, runner=None):
    """A checkpoint after it was loaded."""
    checkpoint = {'meta': {'dataset_meta': {} if schema is None else {'schema': schema}}}
    SchemaHook().after_load_checkpoint(runner or toy_runner(test=loop()), checkpoint)
    return checkpoint['meta']['dataset_meta'].get('schema')


def test_modules_and_metrics_are_told_the_schema_before_the_run():
    inner = Outputs()
    test = loop()
    SchemaHook().before_run(toy_runner(test=test, model=torch.nn.Sequential(inner)))
    assert inner.schema == SCHEMA and test.evaluator.dataset_meta['schema'] == SCHEMA


def test_a_saved_schema_is_plain_data_and_the_runs_own_stays_an_object():
    meta = {'schema': SCHEMA, 'name': 'toys'}
    checkpoint = {
        'meta': {'dataset_meta': meta},
        'message_hub': {'runtime_info': {'dataset_meta': meta}},
    }
    SchemaHook().before_save_checkpoint(toy_runner(), checkpoint)
    plain = {'schema': SCHEMA.to_dict(), 'name': 'toys'}
    assert checkpoint['meta']['dataset_meta'] == plain
    assert checkpoint['message_hub']['runtime_info']['dataset_meta'] == plain
    assert meta['schema'] is SCHEMA


@pytest.mark.parametrize('saved', [SCHEMA, SCHEMA.to_dict()])
def test_a_checkpoint_of_the_same_schema_is_taken(saved):
    assert loaded(saved) == SCHEMA


@pytest.mark.parametrize('names', [['Bag', 'Hat'], ['Hat'], ['Hat', 'Bag', 'Coat']])
def test_a_checkpoint_of_another_order_or_set_is_refused(names):
    with pytest.raises(SchemaMismatchError, match='the checkpoint has'):
        loaded(AttributeSchema(names))


def test_a_checkpoint_that_does_not_say_is_taken_with_a_warning(caplog):
    assert loaded(None) is None
    assert 'does not say which attributes' in caplog.messages[0]


def test_a_metric_that_cannot_score_the_schema_is_refused_before_the_run():
    ages = AttributeSchema([Attribute('Age', ('child', 'adult'))])
    metric = BalancedAccuracyMetric(top_k=5)
    metric.dataset_meta = {'schema': ages}  # an Evaluator hands it over
    runner = toy_runner(test=loop(ages, [metric]), model=Outputs())
    with pytest.raises(InputError, match='top_k=5 ranks binary attributes, but there is'):
        SchemaHook().before_run(runner)


def test_people_of_several_sources_are_kept_apart_in_the_samples_of_a_test(tmp_path):
    shops = []
    for name in 'ab':
        (tmp_path / name).mkdir()
        table = 'image,split,person,Hat,Bag\n1.jpg,test,7,1,0\n2.jpg,test,-1,1,0\n'
        (tmp_path / name / 'labels.csv').write_text(table, encoding='utf-8')
        shops.append(
            AttributeCSV(data_root=str(tmp_path / name), split='test', pid_column='person')
        )
    joined = ConcatDataset(shops)
    test = ToyLoop(joined, evaluator=SimpleNamespace(metrics=[]))
    SchemaHook().before_run(toy_runner(test=test, model=Outputs()))
    one, unknown, other, unknown_too = (joined[index]['gt_pid'] for index in range(4))
    assert one == 7 and other not in (7, -1) and unknown == unknown_too == -1


def test_images_mixed_without_their_labels_are_refused_before_the_run():
    preprocessor = torch.nn.Identity()
    preprocessor.batch_augments = object()
    ours = torch.nn.Sequential(preprocessor, AttributeHead(4, num_attributes=2))
    with pytest.raises(InputError, match='take AttributeMixupClassifier'):
        SchemaHook().before_run(toy_runner(test=loop(), model=ours))
    upstreams = torch.nn.Sequential(preprocessor, Outputs())  # which learns from gt_score
    SchemaHook().before_run(toy_runner(test=loop(), model=upstreams))


def check_followed(hooks=(), schedulers=None):
    metric = SimpleNamespace(prefixed_names=['attribute/mA'])
    runner = toy_runner(val=loop(metrics=[metric]), model=Outputs(), hooks=hooks)
    runner.val_evaluator = runner.val_loop.evaluator
    runner.param_schedulers = schedulers
    SchemaHook().before_run(runner)


def check_save_best(key):
    check_followed([SimpleNamespace(save_best=[key]), SimpleNamespace()])


@pytest.mark.parametrize('metric', [AttributeMetric, BalancedAccuracyMetric])
def test_a_table_with_binary_and_categorical_columns_can_pick_by_either(tmp_path, metric):
    table = 'image,split,Hat,Age\n1.jpg,val,1,adult\n2.jpg,val,0,old\n3.jpg,val,,young\n'
    (tmp_path / 'labels.csv').write_text(table, encoding='utf-8')
    dataset = AttributeCSV(data_root=str(tmp_path), split='val')
    metrics = [metric()]
    metrics[0].dataset_meta = dataset.metainfo
    val = ToyLoop(dataset, evaluator=SimpleNamespace(metrics=metrics))
    hooks = [SimpleNamespace(save_best=[metrics[0].prefixed_names[0]])]
    runner = toy_runner(train=ToyLoop(dataset), val=val, model=Outputs(), hooks=hooks)
    runner.val_evaluator, runner.param_schedulers = val.evaluator, None
    SchemaHook().before_run(runner)


def test_a_best_score_that_no_validation_gives_is_refused():
    check_save_best('attribute/mA')
    check_save_best('auto')
    with pytest.raises(InputError, match="save_best='attribute/f2', but validation gives attrib"):
        check_save_best('attribute/f2')


def test_a_score_that_stops_training_or_lowers_its_rate_is_one_that_validation_gives():
    def plateau(monitor):
        optimiser = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
        return [ReduceOnPlateauLR(optimiser, monitor=monitor)]

    check_followed(
        [EarlyStoppingHook(monitor='attribute/mA', rule='greater')], plateau('attribute/mA')
    )
    with pytest.raises(InputError, match="EarlyStoppingHook: monitor='attribute/mAA', but valid"):
        check_followed([EarlyStoppingHook(monitor='attribute/mAA', rule='greater')])
    with pytest.raises(InputError, match="param_scheduler: monitor='loss', but validation gives"):
        check_followed(schedulers=plateau('loss'))
