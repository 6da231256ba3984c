"""Write pictures of several toy pedestrians, with boxes and attributes in COCO's format."""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np

from par_plugins.testing import PA100K_ATTRIBUTES, ToyPedestrians, pa100k_labels

SCENE_SIZE = (192, 256)  # height, width
PEDESTRIAN_SIZE = (112, 56)
MOST_PERSONS = 3
SPLITS = {'train': 200, 'val': 40}


def write_toy_scenes(root: Path, split: str, *, num_images: int, seed: int) -> None:
    """Write one split: ``<split>.json`` and ``<split>/000001.jpg``.

    Each scene has one to three pedestrians beside each other before a noisy wall; a pedestrian
    who is seen from the back has no label of glasses.

    Args:
        root: Folder to write to.
        split: Name of the split.
        num_images: Scenes, at least 1.
        seed: Of the scenes and the toy world; another seed has other pedestrians.
    """
    rng = np.random.default_rng(seed)
    pedestrians = ToyPedestrians(
        num_images * MOST_PERSONS, seed=seed, difficulty=0.3, image_size=PEDESTRIAN_SIZE
    )
    labels = pa100k_labels(pedestrians).tolist()
    (root / split).mkdir(parents=True, exist_ok=True)
    images, annotations = [], []
    height, width = SCENE_SIZE
    for number in range(1, num_images + 1):
        name = f'{number:06d}.jpg'
        scene = rng.normal(rng.uniform(60, 200, 3), 8, (*SCENE_SIZE, 3)).clip(0, 255)
        for slot in range(rng.integers(1, MOST_PERSONS + 1)):
            index = (number - 1) * MOST_PERSONS + slot
            column = width // MOST_PERSONS
            person = pedestrians.image(index)[:height, :column]
            h, w = person.shape[:2]
            x = slot * column + int(rng.integers(0, column - w + 1))
            y = int(rng.integers(0, height - h + 1))
            scene[y : y + h, x : x + w] = person
            annotations.append(
                {
                    'id': len(annotations) + 1,
                    'image_id': number,
                    'category_id': 1,
                    'bbox': [x, y, w, h],
                    'area': w * h,
                    'iscrowd': 0,
                    'attributes': _known(labels[index]),
                }
            )
        cv2.imwrite(str(root / split / name), scene.astype(np.uint8))
        images.append({'id': number, 'file_name': name, 'height': height, 'width': width})
    categories = [{'id': 1, 'name': 'person'}]
    content = {'images': images, 'annotations': annotations, 'categories': categories}
    (root / f'{split}.json').write_text(json.dumps(content), encoding='utf-8')


def _known(labels: list[int]) -> dict[str, int]:
    """The labels by name, without those that nobody can tell."""
    named = {
        attribute.name: label for attribute, label in zip(PA100K_ATTRIBUTES, labels, strict=True)
    }
    if named['Back']:
        del named['Glasses']
    return named


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('root', type=Path, help='folder to write to')
    root = parser.parse_args().root
    for seed, (split, num_images) in enumerate(SPLITS.items()):
        write_toy_scenes(root, split, num_images=num_images, seed=seed)
        print(f'Wrote {num_images} scenes to {root / split}, annotations to {root / split}.json.')


if __name__ == '__main__':
    main()
