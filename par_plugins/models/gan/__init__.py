"""MR-GAN: images at every resolution from one forward pass."""

from par_plugins.models.gan.decorrelation import decorrelation_loss
from par_plugins.models.gan.gan_loss import discriminator_loss, generator_loss
from par_plugins.models.gan.gan_sizes import GANSizes
from par_plugins.models.gan.label_vectors import LabelVectors
from par_plugins.models.gan.mrgan import MRGAN
from par_plugins.models.gan.mrgan_discriminator import MRGANDiscriminator
from par_plugins.models.gan.mrgan_generator import MRGANGenerator

__all__ = [
    'MRGAN',
    'GANSizes',
    'LabelVectors',
    'MRGANDiscriminator',
    'MRGANGenerator',
    'decorrelation_loss',
    'discriminator_loss',
    'generator_loss',
]
