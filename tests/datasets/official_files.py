"""Small benchmarks in the official file formats, written straight from their description.

``content_of_*`` gives what a MATLAB file holds, so that a test can change it before ``savemat``;
``write_*`` puts a benchmark into a folder and returns what it means.
"""

import gzip
import io
import struct
from typing import NamedTuple

import numpy as np
from scipy.io import savemat

COLOURS = 'Black Blue Brown Green Grey Orange Pink Purple Red White Yellow'.split()
PETA_EVALUATED = """
    personalLess30 personalLess45 personalLess60 personalLarger60 carryingBackpack carryingOther
    lowerBodyCasual upperBodyCasual lowerBodyFormal upperBodyFormal accessoryHat upperBodyJacket
    lowerBodyJeans footwearLeatherShoes upperBodyLogo hairLong personalMale carryingMessengerBag
    accessoryMuffler accessoryNothing carryingNothing upperBodyPlaid carryingPlasticBags
    footwearSandals footwearShoes lowerBodyShorts upperBodyShortSleeve lowerBodyShortSkirt
    footwearSneaker upperBodyThinStripes accessorySunglasses lowerBodyTrousers upperBodyTshirt
    upperBodyOther upperBodyVNeck""".split()
PETA_RARE = """
    accessoryHeadphone personalLess15 carryingBabyBuggy hairBald footwearBoots lowerBodyCapri
    carryingShoppingTro carryingUmbrella personalFemale carryingFolder accessoryHairBand
    lowerBodyHotPants accessoryKerchief lowerBodyLongSkirt upperBodyLongSleeve lowerBodyPlaid
    lowerBodyThinStripes carryingLuggageCase upperBodyNoSleeve hairShort footwearStocking
    upperBodySuit carryingSuitcase lowerBodySuits upperBodySweater upperBodyThickStripes""".split()
PETA_NAMES = [
    *PETA_EVALUATED,
    *(part + colour for part in 'upperBody lowerBody hair footwear'.split() for colour in COLOURS),
    *PETA_RARE,
]
RAPV1_EVALUATED = """
    Female AgeLess16 Age17-30 Age31-45 BodyFat BodyNormal BodyThin Customer Clerk hs-BaldHead
    hs-LongHair hs-BlackHair hs-Hat hs-Glasses hs-Muffler ub-Shirt ub-Sweater ub-Vest ub-TShirt
    ub-Cotton ub-Jacket ub-SuitUp ub-Tight ub-ShortSleeve lb-LongTrousers lb-Skirt lb-ShortSkirt
    lb-Dress lb-Jeans lb-TightTrousers shoes-Leather shoes-Sport shoes-Boots shoes-Cloth
    shoes-Casual attach-Backpack attach-SingleShoulderBag attach-HandBag attach-Box
    attach-PlasticBag attach-PaperBag attach-HandTrunk attach-Other action-Calling action-Talking
    action-Gathering action-Holding action-Pusing action-Pulling action-CarrybyArm
    action-CarrybyHand""".split()
RAPV1_NAMES = [
    *RAPV1_EVALUATED,
    *'faceFront faceBack faceLeft faceRight'.split(),
    *(f'occlusion-{i}' for i in range(8)),
    *(f'colour-{i}' for i in range(29)),
]
RAPV2_SELECTED = [  # counted from 1
    *range(1, 6), *range(8, 11), 12, 13, *range(14, 19), *range(22, 32), 46, 48, 49, 51, 52, 53,
    *range(68, 72), 73, 74, *range(89, 92), *range(93, 97), 98, 99, 101, 102, *range(106, 112),
]  # fmt: skip
RAPV2_EVALUATED = """
    Femal AgeLess16 Age17-30 Age31-45 Age46-60 BodyFat BodyNormal BodyThin Customer Employee
    hs-BaldHead hs-LongHair hs-BlackHair hs-Hat hs-Glasses ub-Shirt ub-Sweater ub-Vest ub-TShirt
    ub-Cotton ub-Jacket ub-SuitUp ub-Tight ub-ShortSleeve ub-Others lb-LongTrousers lb-Skirt
    lb-ShortSkirt lb-Dress lb-Jeans lb-TightTrousers shoes-Leather shoes-Sports shoes-Boots
    shoes-Cloth shoes-Casual shoes-Other attachment-Backpack attachment-ShoulderBag
    attachment-HandBag attachment-Box attachment-PlasticBag attachment-PaperBag
    attachment-HandTrunk attachment-Other action-Calling action-Talking action-Gathering
    action-Holding action-Pushing action-Pulling action-CarryingByArm action-CarryingByHand
    action-Other""".split()
CELEBA_NAMES = """
    5_o_Clock_Shadow Arched_Eyebrows Attractive Bags_Under_Eyes Bald Bangs Big_Lips Big_Nose
    Black_Hair Blond_Hair Blurry Brown_Hair Bushy_Eyebrows Chubby Double_Chin Eyeglasses Goatee
    Gray_Hair Heavy_Makeup High_Cheekbones Male Mouth_Slightly_Open Mustache Narrow_Eyes No_Beard
    Oval_Face Pale_Skin Pointy_Nose Receding_Hairline Rosy_Cheeks Sideburns Smiling Straight_Hair
    Wavy_Hair Wearing_Earrings Wearing_Hat Wearing_Lipstick Wearing_Necklace Wearing_Necktie
    Young""".split()
PARTS = ['train', 'val', 'test']
PA100K_NAMES = """
    Female AgeOver60 Age18-60 AgeLess18 Front Side Back Hat Glasses HandBag ShoulderBag Backpack
    HoldObjectsInFront ShortSleeve LongSleeve UpperStride UpperLogo UpperPlaid UpperSplice
    LowerStripe LowerPattern LongCoat Trousers Shorts Skirt&Dress boots""".split()


def rapv2_names():
    """152 names: the selected ones at their places, viewpoint and occlusion, then boxes."""
    names = [f'extra-{column}' for column in range(120)] + [f'box-{i}' for i in range(32)]
    for column, name in zip(RAPV2_SELECTED, RAPV2_EVALUATED, strict=True):
        names[column - 1] = name
    names[111] = 'viewpoint'
    return names


def cell(values, shape):
    """A cell array; a string in a cell is an array of one string."""
    array = np.empty(shape, dtype=object)
    for place, value in zip(np.ndindex(shape), values, strict=True):
        array[place] = np.array([value]) if isinstance(value, str) else value
    return array


def column_of_cells(strings):
    return cell(strings, (len(strings), 1))


def draw_partitions(sizes, seed=0):
    """Five random partitions, each a list of the positions (from 1) of its parts."""
    rng = np.random.default_rng(seed)
    ends = np.cumsum(sizes)
    return [np.split(rng.permutation(ends[-1]) + 1, ends[:-1]) for _ in range(5)]


class Peta(NamedTuple):
    content: dict
    labels: np.ndarray  # (N, 105)
    identities: np.ndarray
    partitions: list


def peta(sizes=(9, 4, 7), names=PETA_NAMES):
    rng = np.random.default_rng(1)
    num_images = sum(sizes)
    labels = rng.integers(0, 2, (num_images, len(names)))
    identities = rng.permutation(np.arange(num_images) // 2 + 1)
    metadata = np.stack(
        [
            np.arange(1, num_images + 1),
            identities,
            rng.integers(1, 11, num_images),
            rng.integers(1, 99, num_images),
        ],
        axis=1,
    )
    partitions = draw_partitions(sizes)
    structs = [
        dict(zip('abc', (part.reshape(-1, 1) for part in parts), strict=True))
        for parts in partitions
    ]
    content = {
        'peta': {
            'whatever': np.concatenate([metadata, labels], axis=1).astype(np.float64),
            'these': column_of_cells(names),
            'fields': np.arange(1.0, 36.0).reshape(-1, 1),
            'are': cell(structs, (5, 1)),
        }
    }
    return Peta(content, labels, identities, partitions)


class RapV1(NamedTuple):
    content: dict
    image_names: list
    labels: np.ndarray  # (N, 92) of 0, 1, 2
    partitions: list


def rapv1(sizes=(11, 6), names=RAPV1_NAMES, evaluated=RAPV1_EVALUATED):
    rng = np.random.default_rng(2)
    num_images = sum(sizes)
    labels = rng.choice(3, (num_images, len(names)), p=[0.6, 0.35, 0.05]).astype(np.uint8)
    image_names = [f'CAM01_2014-02-15_tarid{i}_frame{7 * i}_line1.png' for i in range(num_images)]
    partitions = draw_partitions(sizes)
    structs = [
        {'train_index': train.reshape(1, -1), 'test_index': test.reshape(1, -1)}
        for train, test in partitions
    ]
    content = {
        'RAP_annotation': {
            'partion': cell(structs, (5, 1)),
            'label': labels,
            'attribute': column_of_cells([f'属性{i}' for i in range(len(names))]),
            'attribute_eng': column_of_cells(names),
            'position': rng.integers(0, 400, (num_images, 16)).astype(np.int16),
            'imagesname': column_of_cells(image_names),
            'attribute_exp': column_of_cells(evaluated),
        }
    }
    return RapV1(content, image_names, labels, partitions)


class RapV2(NamedTuple):
    content: dict
    image_names: list
    data: np.ndarray  # (N, 152)
    identities: np.ndarray
    partitions: list


def rapv2(sizes=(9, 5, 6)):
    rng = np.random.default_rng(3)
    num_images = sum(sizes)
    labels = rng.choice(3, (num_images, 120), p=[0.6, 0.35, 0.05])
    labels[:, 111] = rng.integers(1, 5, num_images)
    data = np.concatenate([labels, rng.integers(0, 400, (num_images, 32))], axis=1)
    image_names = [f'CAM01-2014-02-15-tarid{i}-frame{7 * i}-line1.jpg' for i in range(num_images)]
    identities = np.arange(num_images) // 2 + 1
    identities[num_images // 2 :] = -1
    partitions = draw_partitions(sizes)
    structs = [
        {
            f'{part}_index': positions.reshape(1, -1)
            for part, positions in zip(('train', 'val', 'test'), parts, strict=True)
        }
        for parts in partitions
    ]
    content = {
        'RAP_annotation': {
            'name': column_of_cells(image_names),
            'data': data.astype(np.int32),
            'attribute': column_of_cells(rapv2_names()),
            'selected_attribute': np.array([RAPV2_SELECTED]),
            'partition_attribute': cell(structs, (1, 5)),
            'partition_reid': {
                'train_identity': np.array([[1, 2]]),
                'test_identity': np.array([[3, 4]]),
            },
            'person_identity': identities.reshape(-1, 1),
        }
    }
    return RapV2(content, image_names, data, identities, partitions)


class PA100KFile(NamedTuple):
    content: dict
    labels: dict


def pa100k(sizes=(9, 4, 7)):
    rng = np.random.default_rng(4)
    content, labels, first = {'attributes': column_of_cells(PA100K_NAMES)}, {}, 1
    for part, size in zip(('train', 'val', 'test'), sizes, strict=True):
        labels[part] = rng.integers(0, 2, (size, 26), dtype=np.uint8)
        names = [f'{number:06d}.jpg' for number in range(first, first + size)]
        content[f'{part}_images_name'] = column_of_cells(names)
        content[f'{part}_label'] = labels[part]
        first += size
    return PA100KFile(content, labels)


class Faces(NamedTuple):
    files: dict  # path: text
    image_names: list
    labels: np.ndarray  # (N, 40) of 0 and 1
    parts: list
    identities: list


def celeba(num_images=12, csv=False):
    """The files of CelebA; each lists the images in an order of its own."""
    rng = np.random.default_rng(5)
    names = [f'{number:06d}.jpg' for number in range(1, num_images + 1)]
    labels = rng.integers(0, 2, (num_images, 40))
    parts = sorted([*rng.integers(0, 3, num_images - 3).tolist(), 0, 1, 2])
    identities = rng.integers(1, 10_178, num_images).tolist()
    order = rng.permutation(num_images)
    rows = [[names[i], *(str(2 * value - 1) for value in labels[i])] for i in order]
    pairs = list(zip(names, parts, strict=True))
    people = [(names[i], identities[i]) for i in rng.permutation(num_images)]
    if csv:
        files = {
            'list_attr_celeba.csv': [['image_id', *CELEBA_NAMES], *rows],
            'list_eval_partition.csv': [['image_id', 'partition'], *pairs],
        }
        texts = {
            path: ''.join(','.join(map(str, row)) + '\n' for row in lines)
            for path, lines in files.items()
        }
    else:
        irregular = [
            row[0] + ''.join(f'{"" if v == "-1" else " "} {v}' for v in row[1:]) for row in rows
        ]
        texts = {
            'Anno/list_attr_celeba.txt': '\n'.join(
                [str(num_images), ' '.join(CELEBA_NAMES) + ' ', *irregular]
            )
            + '\n',
            'Anno/identity_CelebA.txt': ''.join(f'{name} {pid}\n' for name, pid in people),
            'Eval/list_eval_partition.txt': ''.join(f'{name} {part}\n' for name, part in pairs),
        }
    return Faces(texts, names, labels, parts, identities)


class Clothes(NamedTuple):
    files: dict  # path: text
    image_names: list  # in the order of the partition; of the fine files: train, val, test
    parts: list
    labels: np.ndarray  # (N, A) as the files write them
    categories: list  # counted from 1
    boxes: list


DRESSES = ['a-line', 'a-line dress', 'print', 'denim', 'v-neck', 'boho chic', 'pleated']
TYPES = [3, 3, 1, 2, 4, 5, 1]
CLOTHES = [f'Garment{number}' for number in range(1, 48)] + ['Dress', 'T-Shirt Dress', 'Sundress']


def deepfashion(num_images=13, fine=False, folder=None):
    """The files of DeepFashion; each coarse list has the images in an order of its own."""
    rng = np.random.default_rng(6)
    names = [f'img/Toy_Dress_{i // 3}/img_{i:08d}.jpg' for i in rng.permutation(num_images)]
    parts = rng.permutation([*rng.choice(PARTS, num_images - 3), *PARTS]).tolist()
    labels = rng.choice([1, -1, 0], (num_images, len(DRESSES)), p=[0.2, 0.6, 0.2])
    if fine:
        labels = (labels == 1).astype(int)
        parts = sorted(parts, key=PARTS.index)
    categories = rng.integers(1, 51, num_images).tolist()
    corners = rng.integers(0, 50, (num_images, 2))
    boxes = np.concatenate([corners, corners + rng.integers(1, 50, (num_images, 2))], 1).tolist()
    folder = folder or ('Anno_fine' if fine else 'Anno_coarse')

    def listing(head, lines):
        return '\n'.join([str(len(lines)), head, *lines]) + '\n'

    texts = {
        f'{folder}/list_attr_cloth.txt': listing(
            'attribute_name  attribute_type',
            [f'{name:<30} {kind}' for name, kind in zip(DRESSES, TYPES, strict=True)],
        ),
        f'{folder}/list_category_cloth.txt': listing(
            'category_name  category_type',
            [f'{name}   {i % 3 + 1}' for i, name in enumerate(CLOTHES)],
        ),
    }
    values = {
        'attr': [' '.join(f'{label:2d}' for label in row) for row in labels.tolist()],
        'cate': list(map(str, categories)),
        'bbox': [' '.join(map(str, box)) for box in boxes],
    }
    if fine:
        for part in PARTS:
            rows = [row for row, of in enumerate(parts) if of == part]
            for kind, lines in {'': names, **{f'_{k}': v for k, v in values.items()}}.items():
                texts[f'{folder}/{part}{kind}.txt'] = ''.join(f'{lines[row]}\n' for row in rows)
    else:
        lists = {'attr_img': 'attr', 'category_img': 'cate', 'bbox': 'bbox'}
        for file, kind in lists.items():
            order = rng.permutation(num_images)
            texts[f'{folder}/list_{file}.txt'] = listing(
                'image_name  what_follows', [f'{names[i]}    {values[kind][i]}' for i in order]
            )
        texts['Eval/list_eval_partition.txt'] = listing(
            'image_name  evaluation_status',
            [f'{name}    {part}' for name, part in zip(names, parts, strict=True)],
        )
    return Clothes(texts, names, parts, labels, categories, boxes)


class Pictures(NamedTuple):
    files: dict  # path: bytes
    images: dict  # part: (N, H, W[, 3]), colours red-green-blue
    labels: dict  # part: (N,)


def cifar100(train_sizes, num_test=100):
    """CIFAR-100's binary version, with so many training images of each class."""
    rng = np.random.default_rng(7)
    labels = {
        'train': rng.permutation(np.repeat(np.arange(100), train_sizes)),
        'test': np.arange(num_test) % 100,
    }
    images, files = {}, {}
    for part, of_part in labels.items():
        planes = rng.integers(0, 256, (len(of_part), 3, 32, 32), dtype=np.uint8)
        images[part] = np.moveaxis(planes, 1, 3)
        files[f'{part}.bin'] = b''.join(
            bytes([fine // 5, fine]) + plane.tobytes()
            for fine, plane in zip(of_part.tolist(), planes, strict=True)
        )
    return Pictures(files, images, labels)


def mnist(num_train=30, num_test=10, form='idx'):
    """MNIST as IDX files, as packed ones (``gz``) or as an ``npz``."""
    rng = np.random.default_rng(8)
    sizes = {'train': num_train, 'test': num_test}
    images = {part: rng.integers(0, 256, (n, 28, 28), dtype=np.uint8) for part, n in sizes.items()}
    labels = {part: rng.integers(0, 10, n, dtype=np.uint8) for part, n in sizes.items()}
    if form == 'npz':
        file = io.BytesIO()
        arrays = {f'x_{part}': of_part for part, of_part in images.items()}
        np.savez(file, **arrays, **{f'y_{part}': of_part for part, of_part in labels.items()})
        return Pictures({'mnist.npz': file.getvalue()}, images, labels)
    files = {}
    for part, prefix in (('train', 'train'), ('test', 't10k')):
        for kind, array in (('images-idx3', images[part]), ('labels-idx1', labels[part])):
            head = struct.pack(f'>HBB{array.ndim}I', 0, 8, array.ndim, *array.shape)
            files[f'{prefix}-{kind}-ubyte'] = head + array.tobytes()
    if form == 'gz':
        files = {f'{path}.gz': gzip.compress(content) for path, content in files.items()}
    return Pictures(files, images, labels)


def write_mat(path, content, compress=True):
    """``savemat``, which makes no folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    savemat(path, content, do_compression=compress)
    return path


def write_bytes(root, files):
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root


def write_texts(root, texts):
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding='utf-8')
    return root


MARKET_FIELDS = {
    'test': """
        age backpack bag handbag clothes down up hair hat gender upblack upwhite upred uppurple
        upyellow upgray upblue upgreen downblack downwhite downpink downpurple downyellow downgray
        downblue downgreen downbrown""".split(),
    'train': """
        age backpack bag handbag downblack downblue downbrown downgray downgreen downpink
        downpurple downwhite downyellow upblack upblue upgreen upgray uppurple upred upwhite
        upyellow clothes down up hair hat gender""".split(),
}
DUKE_FIELDS = {
    'train': """
        backpack bag handbag boots gender hat shoes top downblack downwhite downred downgray
        downblue downgreen downbrown upblack upwhite upred uppurple upgray upblue upgreen
        upbrown""".split(),
    'test': """
        boots shoes top gender hat backpack bag handbag downblack downwhite downred downgray
        downblue downgreen downbrown upblack upwhite upred upgray upblue upgreen uppurple
        upbrown""".split(),
}


class ReID(NamedTuple):
    content: dict
    codes: dict  # by part, identity and field
    images: list  # paths


def reid(variable, fields, pids, num_cameras, rest):
    """The attributes of some identities, and images of all of them under each camera."""
    rng = np.random.default_rng(6)
    codes, content, images = {}, {}, []
    for part, names in fields.items():
        codes[part] = {}
        for pid in pids[part]:
            row = {field: int(rng.integers(1, 5 if field == 'age' else 3)) for field in names}
            for prefix in ('up', 'down'):
                colors = [f for f in names if f.startswith(prefix) and f != prefix]
                row |= dict.fromkeys(colors, 1) | {str(rng.choice(colors)): 2}
            codes[part][pid] = row
        content[part] = {
            field: np.array([[codes[part][pid][field] for pid in pids[part]]], dtype=np.uint8)
            for field in names
        }
        content[part]['image_index'] = cell(
            [f'{pid:04d}' for pid in pids[part]], (1, len(pids[part]))
        )
    shown = {
        'bounding_box_train': pids['train'],
        'query': pids['test'][:-1],
        'bounding_box_test': pids['test'],
    }
    for folder, people in shown.items():
        for pid in people:
            cameras = range(1, num_cameras + 1)
            images += [f'{folder}/{pid:04d}_c{camera}{rest}.jpg' for camera in cameras]
    return ReID({variable: content}, codes, images)


def market1501():
    pids = {'train': [2, 7, 10, 11], 'test': [1, 3, 1501]}
    made = reid('market_attribute', MARKET_FIELDS, pids, 6, 's1_000451_03')
    extra = ['-1_c2s1_000401_03.jpg', '0000_c3s2_000001_01.jpg']
    return made._replace(images=made.images + [f'bounding_box_test/{name}' for name in extra])


def duke():
    pids = {'train': [1, 370, 679], 'test': [2, 5, 23, 7000]}
    return reid('duke_attribute', DUKE_FIELDS, pids, 8, '_f0046182')


def touch(root, images):
    """Empty files, since readers open no image."""
    for image in images:
        (root / image).parent.mkdir(parents=True, exist_ok=True)
        (root / image).touch()
    return root
