"""MR-GAN: images at every resolution from one forward pass."""
