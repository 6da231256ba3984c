# What a CPU fine-tunes in a minute: EfficientNet-Lite0, its stem and first blocks frozen, on 128x64.
#   tools/train.py configs/baseline/cross-entropy_efficientnet-lite0_1xb64-10e_pa100k-128x64.py
# 2 CPU cores. The numbers of a sample of 2,000 images: README.md.
_base_ = [
    '../_base_/models/efficientnet_lite0.py', '../_base_/datasets/pa100k_128x64.py',
    '../_base_/schedules/adamw_cosine.py', '../_base_/default_runtime.py',
]
model = dict(head=dict(num_attributes={{_base_.num_attributes}}))
