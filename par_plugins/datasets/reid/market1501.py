"""Market-1501: 1,501 people under six cameras, 12 attributes of each."""

from typing import ClassVar

from mmengine.registry import DATASETS

from par_plugins.datasets.reid.identity_attributes import FileAttribute, color_attribute
from par_plugins.datasets.reid.reid_benchmark import ReIDBenchmark
from par_plugins.structures import Attribute

ATTRIBUTES = (
    FileAttribute(Attribute('female', group='gender'), ('gender',)),
    FileAttribute(Attribute('long_hair', group='hair'), ('hair',)),
    FileAttribute(Attribute('age', ('young', 'teenager', 'adult', 'old'), 'age'), ('age',)),
    FileAttribute(Attribute('short_sleeve', group='sleeve'), ('up',)),
    FileAttribute(Attribute('short_lower_body', group='lower-body length'), ('down',)),
    FileAttribute(Attribute('pants', group='lower-body type'), ('clothes',)),
    FileAttribute(Attribute('hat', group='hat'), ('hat',)),
    FileAttribute(Attribute('backpack', group='backpack'), ('backpack',)),
    FileAttribute(Attribute('bag', group='bag'), ('bag',)),
    FileAttribute(Attribute('handbag', group='handbag'), ('handbag',)),
    color_attribute(
        'upper_color', 'upper-body color', 'up', 'black white red purple gray blue green yellow'
    ),
    color_attribute(
        'lower_color',
        'lower-body color',
        'down',
        'black white pink gray blue green brown yellow purple',
    ),
)
"""In the order of the authors' evaluation, values in the order of theirs."""


@DATASETS.register_module()
class Market1501(ReIDBenchmark):
    """Market-1501 with its attributes, from the official files.

    Source: L. Zheng et al., "Scalable Person Re-identification: A Benchmark", ICCV 2015; the
    attributes: Y. Lin et al., "Improving Person Re-identification by Attribute and Identity
    Learning", 2017, https://github.com/vana77/Market-1501_Attribute. For research only.

    .. code-block:: text

        data_root/                             (Market-1501-v15.09.15)
            market_attribute.mat
            bounding_box_train/0002_c1s1_000451_03.jpg ...
            query/0001_c1s1_001051_00.jpg ...
            bounding_box_test/-1_c1s1_000401_03.jpg ...
            images/                            (optional: the 500,000 distractors)

    12,936 training images of 751 identities, 3,368 queries of 750 others, and a gallery of 15,913
    images when the 3,819 of junk are dropped, 2,798 of them distractors. The file labels gender,
    hair, sleeves and clothes with 1 and 2; here an attribute is named after what 2 stands for.
    Age has four values. Upper-body colour is unknown for 78 of the training and 69 of the test
    identities, lower-body colour for 30 and 44: the file says no to every colour.

    >>> Market1501(data_root='data/Market-1501', split='query')[0]
    {'img_path': 'data/Market-1501/query/0001_c1s1_001051_00.jpg', 'gt_attributes': array([...]),
     'gt_pid': 1, 'gt_camid': 1, 'is_query': True, 'sample_idx': 0}

    Arguments, splits and errors: see :class:`ReIDBenchmark`. ``distractors='images'`` adds the
    500,000.
    """

    VARIABLE = 'market_attribute'
    ATTRIBUTES = ATTRIBUTES
    NUM_CAMERAS = 6
    OFFICIAL: ClassVar = {'train': (12936, 751), 'query': (3368, 750), 'gallery': (15913, 750)}
