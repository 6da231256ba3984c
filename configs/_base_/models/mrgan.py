# The paper's decorrelation weight with this project's sum: its mean cannot act at that weight.
model = dict(
    type='MRGAN', num_noise=128, channels=32, max_channels=512,
    decorrelation_weight=2e-6, decorrelation_reduction='sum',
    data_preprocessor=None)  # it takes images as they are, whatever a dataset's base says
