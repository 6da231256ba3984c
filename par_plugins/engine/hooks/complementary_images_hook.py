"""Complementary images for a classifier, wherever they come from.

Y. Ye et al., "Hard-Aware Fashion Attribute Classification", 2019, section 3.2 and 3.4.
"""

from abc import abstractmethod
from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import Tensor, nn

from par_plugins.structures import UNKNOWN, InputError


class ComplementaryImagesHook(Hook):
    """Base of the hooks that add synthetic images of hard labels to training batches.

    Their labels come from the ``hard_labels`` of a loss of the classifier
    (``DeactivationLoss``), the images, as pixels of 0 to 255 in the data pipeline's order of
    channels, from :meth:`images_for`: so that they go through the classifier's own preprocessor as
    the real ones do. Each has a sample with ``synthetic=True`` and the labels drawn as
    ``gt_attributes``; ``AttributeHead`` shows it to losses on synthetic images alone. A hook,
    because it changes nothing but the batch: any classifier with such a head can have it. Where
    batch norm must not mix the two kinds, the classifier is a ``DeactivationClassifier``.

    Noise and labels depend on seed, iteration and process alone.

    Args:
        interval: Iterations from one such batch to the next.
        num_images: Synthetic images in such a batch; None takes as many as real ones.

    Raises:
        InputError: If ``interval`` or ``num_images`` is not positive, or no loss has hard labels.
    """

    # After SchemaHook and LabelStatisticsHook have told the losses about the data.
    priority = 'LOW'

    def __init__(self, interval: int = 20, num_images: int | None = None) -> None:
        if interval < 1 or (num_images is not None and num_images < 1):
            raise InputError(
                f'interval={interval}, num_images={num_images}: expected positive numbers'
            )
        self.interval = interval
        self.num_images = num_images
        self.hard_labels: Any = None

    @abstractmethod
    def images_for(self, labels: Tensor, real: Tensor, generator: torch.Generator) -> Tensor:
        """Make synthetic images.

        Args:
            labels: ``(N, A)`` int64 labels drawn, -1 for unknown.
            real: ``(M, C, H, W)`` the images of the batch, 0 to 255.
            generator: Of the model's device.

        Returns:
            ``(N, C, H, W)``, 0 to 255.
        """

    def before_train(self, runner: Runner) -> None:
        """Find who knows which labels are hard."""
        self.hard_labels = self._hard_labels_of(runner.model)

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict[str, Any] | None = None
    ) -> None:
        """Add the images to the batch, if it is time."""
        if data_batch is None or not self.every_n_train_iters(runner, self.interval):
            return
        inputs, samples = data_batch['inputs'], list(data_batch['data_samples'])
        real = inputs if isinstance(inputs, Tensor) else torch.stack(list(inputs))
        generator = self.hard_labels.synthetic_stream(runner.iter)
        labels = self.hard_labels.draw(self.num_images or len(samples), generator)
        images = self.images_for(labels, real, generator)
        expected = self.hard_labels.expected_positives()
        runner.message_hub.update_scalar('train/expected_positives', expected)
        data_batch['inputs'] = _joined(inputs, images)
        data_batch['data_samples'] = samples + [
            _sample_like(samples[0], row) for row in labels.cpu()
        ]

    def _hard_labels_of(self, model: nn.Module) -> nn.Module:
        for module in model.modules():
            tracker = getattr(module, 'hard_labels', None)
            if isinstance(tracker, nn.Module):
                return tracker
        raise InputError(
            f'{type(self).__name__} draws labels from the hard_labels of a loss: add a '
            'DeactivationLoss to model.head.losses'
        )


def _joined(inputs: Any, images: Tensor) -> Any:
    """A batch with further images, of its own kind and type."""
    if isinstance(inputs, Tensor):
        return torch.cat([inputs, images.to(inputs.device, inputs.dtype)])
    first = inputs[0]
    return [*inputs, *images.to(first.device, first.dtype)]


def _sample_like(real: Any, labels: Tensor) -> Any:
    """A sample of synthetic kind; identity and camera are unknown where real ones have them."""
    sample = type(real)(metainfo={'synthetic': True})
    sample.gt_attributes = labels
    if 'gt_score' in real:  # upstream's preprocessor wants it of all samples or of none
        sample.set_gt_score(labels)
    if 'gt_label' in real:
        sample.set_gt_label(labels)
    for key in ('gt_pid', 'gt_camid'):
        if key in real:
            sample.set_field(torch.full_like(torch.as_tensor(real.get(key)), UNKNOWN), key)
    return sample
