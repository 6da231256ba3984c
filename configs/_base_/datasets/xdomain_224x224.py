# X-Domain, 245,467 shop images with 9 attributes of 6 to 55 values (178 in all), or clothes of your
# own, 224x224. X-Domain is not public and no text lists its values: the attributes are the columns
# of a table, and their values what stands in them. One line an image, blank where unknown:
#   image,split,Category,Colour,Collar,Button,Pattern,Shape,Length,Sleeve shape,Sleeve length
#   images/000001.jpg,train,coat,red,,zip,plain,straight,knee,batwing,long
# The papers' random parts are train 155,467, val 10,000 and test 80,000 images.
_base_ = 'loaders_256x192.py'
image_size = (224, 224)  # width, height
dataset = dict(type='AttributeCSV', data_root='data/X-Domain', ann_file='labels.csv')

train_pipeline = _base_.train_pipeline
train_pipeline[1].scale = image_size
train_pipeline.pop(2)
test_pipeline = _base_.test_pipeline
test_pipeline[1].scale = image_size

train_dataloader = dict(dataset=dict(**dataset, pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(**dataset, pipeline=test_pipeline))
test_dataloader = dict(dataset=dict(**dataset, pipeline=test_pipeline))
val_evaluator = dict(_delete_=True, type='BalancedAccuracyMetric')
test_evaluator = val_evaluator
