"""Boxes and, for every box, attributes."""

from collections.abc import Sequence
from typing import Any

import torch
from mmdet.models.roi_heads import StandardRoIHead
from mmdet.registry import MODELS
from mmdet.structures import DetDataSample
from mmdet.structures.bbox import bbox2roi, scale_boxes
from mmengine.structures import InstanceData
from torch import Tensor

from par_plugins.models.losses import LossInputs


@MODELS.register_module()
class AttributeRoIHead(StandardRoIHead):
    """mmdet's second stage with an attribute branch.

    The branch learns on the annotated boxes, where each person counts once and the labels are
    sure, and predicts on the detected ones. It keeps the grid of the pooled features: hats are on
    top.

    Args:
        attribute_roi_extractor: What pools a box, as a config.
        attribute_head: An ``AttributeHead`` on the flattened pooled features, as a config.
        **kwargs: See :class:`mmdet.models.roi_heads.StandardRoIHead`.
    """

    def __init__(
        self,
        *,
        attribute_roi_extractor: dict[str, Any],
        attribute_head: dict[str, Any],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.attribute_roi_extractor = MODELS.build(attribute_roi_extractor)
        self.attribute_head = MODELS.build(attribute_head)

    def loss(
        self,
        x: tuple[Tensor, ...],
        rpn_results_list: list[InstanceData],
        batch_data_samples: list[DetDataSample],
    ) -> dict[str, Tensor]:
        """The losses of boxes, and those of attributes as ``loss_attribute_<name>``.

        Args:
            x: Feature maps, level by level.
            rpn_results_list: Proposals of each image.
            batch_data_samples: Samples whose ``gt_instances`` have ``bboxes`` ``(P, 4)`` and
                ``attributes`` ``(P, A)``.
        """
        losses = super().loss(x, rpn_results_list, batch_data_samples)
        persons = [sample.gt_instances for sample in batch_data_samples]
        targets = torch.cat([person.attributes for person in persons])
        head = self.attribute_head
        features = head.pre_logits((self._pool(x, [person.bboxes for person in persons]),))
        batch = LossInputs(head.layout, head.classify(features), targets, features)
        for name, value in head.losses_on(batch).items():
            losses[f'loss_attribute_{name.removeprefix("loss_")}'] = value
        return losses

    def predict(
        self,
        x: tuple[Tensor, ...],
        rpn_results_list: list[InstanceData],
        batch_data_samples: list[DetDataSample],
        rescale: bool = False,
    ) -> list[InstanceData]:
        """Detections with ``attribute_probabilities`` ``(P, C)``, packed.

        Args:
            x: Feature maps, level by level.
            rpn_results_list: Proposals of each image.
            batch_data_samples: Samples with the images' meta information.
            rescale: Give the boxes in pixels of the original image, not of the network's input.
        """
        results = super().predict(x, rpn_results_list, batch_data_samples, rescale)
        boxes = [result.bboxes for result in results]
        if rescale:  # back to the input, where the features are
            boxes = [
                scale_boxes(box, sample.scale_factor)
                for box, sample in zip(boxes, batch_data_samples, strict=True)
            ]
        logits = self.attribute_head((self._pool(x, boxes),))
        probabilities = self.attribute_head.layout.probabilities(logits)
        for result, rows in zip(results, probabilities.split([len(b) for b in boxes]), strict=True):
            result.attribute_probabilities = rows
        return results

    def _pool(self, x: tuple[Tensor, ...], boxes: Sequence[Tensor]) -> Tensor:
        """Pooled features ``(P, F)`` of the boxes of all images, image after image."""
        levels = x[: self.attribute_roi_extractor.num_inputs]
        return self.attribute_roi_extractor(levels, bbox2roi(list(boxes))).flatten(1)
