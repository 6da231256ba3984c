"""MR-GAN: images at every resolution from one forward pass."""

from par_plugins.models.gan.decorrelation import decorrelation_loss, welch_floor
from par_plugins.models.gan.gan_loss import discriminator_loss, generator_loss
from par_plugins.models.gan.label_vectors import LabelVectors
from par_plugins.models.gan.mrgan import MRGAN
from par_plugins.models.gan.mrgan_discriminator import MRGANDiscriminator
from par_plugins.models.gan.mrgan_generator import MRGANGenerator
from par_plugins.models.gan.resolutions import channels_of, resolutions_of

__all__ = [
    'MRGAN',
    'LabelVectors',
    'MRGANDiscriminator',
    'MRGANGenerator',
    'channels_of',
    'decorrelation_loss',
    'discriminator_loss',
    'generator_loss',
    'resolutions_of',
    'welch_floor',
]
