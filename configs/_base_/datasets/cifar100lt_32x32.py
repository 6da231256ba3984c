# CIFAR-100 with a long tail: 8,072 images for gamma 1, of which 5 a class are held out for
# validation; 10,000 test images; one attribute of 100 values.
# Padding and flips are this project's: the paper names no augmentation.
schema = dict(attributes=[dict(name='class', values="""
    apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus
    butterfly camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch
    crab crocodile cup dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo
    keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain
    mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain
    plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk
    skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone
    television tiger tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm
""".split())])
dataset = dict(type='LongTailedCIFAR100', data_root='data/cifar-100-binary', gamma=1.0, num_val=5)
image_size = (32, 32)
# Mean and deviation of CIFAR-100's training images.
data_preprocessor = dict(
    mean=[129.304, 124.070, 112.434], std=[68.170, 65.392, 70.418], to_rgb=True)
train_pipeline = [
    dict(type='RandomCrop', crop_size=32, padding=4),
    dict(type='RandomFlip', prob=0.5, direction='horizontal'),
    dict(type='PackAttributeInputs'),
]
test_pipeline = [dict(type='PackAttributeInputs')]

train_dataloader = dict(
    batch_size=256,
    num_workers=2,
    collate_fn=dict(type='default_collate'),
    worker_init_fn=dict(type='seed_worker'),
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(**dataset, split='train', pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=500,
    num_workers=1,
    collate_fn=dict(type='default_collate'),
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(**dataset, split='val', pipeline=test_pipeline))
test_dataloader = dict(
    val_dataloader, dataset=dict(**dataset, split='test', pipeline=test_pipeline))
val_evaluator = dict(type='BalancedAccuracyMetric')
test_evaluator = val_evaluator
