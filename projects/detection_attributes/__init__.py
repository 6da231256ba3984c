"""A person detector that also predicts attributes: Faster R-CNN of mmdet with a head of ours."""
