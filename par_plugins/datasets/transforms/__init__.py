"""Transforms that mmcv and mmpretrain lack."""

from par_plugins.datasets.transforms.crop_box import CropBox
from par_plugins.datasets.transforms.load_person_image import LoadPersonImage
from par_plugins.datasets.transforms.pack_attribute_inputs import PackAttributeInputs

__all__ = ['CropBox', 'LoadPersonImage', 'PackAttributeInputs']
