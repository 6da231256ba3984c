# MR-GAN on CelebA-HQ without decorrelation.
#   tools/train.py configs/mrgan/mrgan-without-decorrelation_c12_1xb64-50e_celebahq-512x512.py
# Not run here. FID with the features of ImageNet's ResNet-50; published with Inception's, which
# does not compare: ../habp/paper.yml, table 4.
_base_ = 'mrgan_c12_1xb64-50e_celebahq-512x512.py'
model = dict(decorrelation_weight=0)
