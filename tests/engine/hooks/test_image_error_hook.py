import pytest
from mmengine.structures import BaseDataElement

from par_plugins.engine.hooks.image_error_hook import MAX_SHOWN, ImageErrorHook
from tests.engine.hooks.toy_loop import toy_runner


def batch(*errors):
    """Samples of which some were skipped."""
    fields = ({} if error is None else {'image_error': error} for error in errors)
    return {'data_samples': [BaseDataElement(metainfo=found) for found in fields]}


@pytest.mark.parametrize(
    ('phase', 'name'), [('train', 'training'), ('val', 'validation'), ('test', 'test')]
)
def test_skipped_images_are_reported_once_after_the_pass_and_then_forgotten(caplog, phase, name):
    hook, runner = ImageErrorHook(), toy_runner()
    step, end = (getattr(hook, f'after_{phase}_{unit}') for unit in ('iter', 'epoch'))
    for errors in (['b.jpg: cut', None], ['a.jpg: no image'], ['b.jpg: cut']):
        step(runner, 0, batch(*errors))
    assert not caplog.messages
    end(runner)
    assert caplog.messages == [
        f'2 images of the {name} set were skipped:\na.jpg: no image\nb.jpg: cut'
    ]
    end(runner)
    assert len(caplog.messages) == 1


def test_a_long_list_is_cut_but_counted(caplog):
    hook = ImageErrorHook()
    hook.after_test_iter(None, 0, batch(*(f'{i:02d}.jpg' for i in range(MAX_SHOWN + 3))))
    hook.after_test_epoch(toy_runner())
    assert caplog.messages[0].startswith(f'{MAX_SHOWN + 3} images of the test set')
    assert caplog.messages[0].endswith(f'{MAX_SHOWN - 1:02d}.jpg\n... and 3 more')
