# MR-GAN on DeepFashion without decorrelation.
#   tools/train.py configs/mrgan/mrgan-without-decorrelation_c32_1xb128-30e_deepfashion-224x224.py
# Not run here. FID with the features of ImageNet's ResNet-50; published with Inception's, which
# does not compare: ../habp/paper.yml, table 4.
_base_ = 'mrgan_c32_1xb128-30e_deepfashion-224x224.py'
model = dict(decorrelation_weight=0)
