"""Hooks: what happens between data, model and metrics."""

from par_plugins.engine.hooks.attribute_report_hook import AttributeReportHook
from par_plugins.engine.hooks.batched_scalars_hook import BatchedScalarsHook
from par_plugins.engine.hooks.channels_last_hook import ChannelsLastHook
from par_plugins.engine.hooks.class_cluster_hook import ClassClusterHook
from par_plugins.engine.hooks.complementary_images_hook import ComplementaryImagesHook
from par_plugins.engine.hooks.complete_weights_hook import CompleteWeightsHook
from par_plugins.engine.hooks.distorted_images_hook import DistortedImagesHook
from par_plugins.engine.hooks.exact_resume_hook import ExactResumeHook
from par_plugins.engine.hooks.finite_training_hook import FiniteTrainingHook
from par_plugins.engine.hooks.identity_hook import IdentityHook
from par_plugins.engine.hooks.image_error_hook import ImageErrorHook
from par_plugins.engine.hooks.label_statistics_hook import LabelStatisticsHook
from par_plugins.engine.hooks.moving_average_hook import MovingAverageHook
from par_plugins.engine.hooks.mrgan_generator_hook import MRGANGeneratorHook
from par_plugins.engine.hooks.nearest_neighbour_hook import NearestNeighbourHook
from par_plugins.engine.hooks.operating_point_hook import OperatingPointHook
from par_plugins.engine.hooks.random_blobs_hook import RandomBlobsHook
from par_plugins.engine.hooks.safe_checkpoint_hook import SafeCheckpointHook
from par_plugins.engine.hooks.sample_grid_hook import SampleGridHook
from par_plugins.engine.hooks.schedule_hook import ScheduleHook
from par_plugins.engine.hooks.schema_hook import SchemaHook
from par_plugins.engine.hooks.tf32_hook import TF32Hook
from par_plugins.engine.hooks.work_directory_hook import WorkDirectoryHook

__all__ = [
    'AttributeReportHook',
    'BatchedScalarsHook',
    'ChannelsLastHook',
    'ClassClusterHook',
    'ComplementaryImagesHook',
    'CompleteWeightsHook',
    'DistortedImagesHook',
    'ExactResumeHook',
    'FiniteTrainingHook',
    'IdentityHook',
    'ImageErrorHook',
    'LabelStatisticsHook',
    'MRGANGeneratorHook',
    'MovingAverageHook',
    'NearestNeighbourHook',
    'OperatingPointHook',
    'RandomBlobsHook',
    'SafeCheckpointHook',
    'SampleGridHook',
    'ScheduleHook',
    'SchemaHook',
    'TF32Hook',
    'WorkDirectoryHook',
]
