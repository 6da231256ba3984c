"""Write toy pedestrians with tags."""

import argparse
from pathlib import Path

from par_plugins.testing import PA100K_ATTRIBUTES, pa100k_labels, write_toy_benchmark
from projects.example_project.tagged_pedestrians import SCHEMA


def write_tagged_pedestrians(
    root: Path, *, num_train: int, num_val: int, num_test: int, image_size: tuple[int, int]
) -> None:
    """Draw the pictures as PA-100K has them, and write their tags beside them.

    Args:
        root: Folder to write to.
        num_train: Images of the training split.
        num_val: Images of the validation split.
        num_test: Images of the test split.
        image_size: Height and width in pixels about which the pictures vary.
    """
    splits = write_toy_benchmark(
        root,
        'PA100K',
        num_train=num_train,
        num_val=num_val,
        num_test=num_test,
        image_size=image_size,
    )
    number = 0
    for split, pedestrians in splits.items():
        lines = []
        for labels in pa100k_labels(pedestrians):
            number += 1
            shown = {
                attribute.name
                for attribute, label in zip(PA100K_ATTRIBUTES, labels, strict=True)
                if label
            }
            tags = [name for name in SCHEMA.names if name in shown]
            if 'Back' in shown:  # nobody can tell
                tags.append('?Glasses')
            lines.append(' '.join([f'data/{number:06d}.jpg', *tags]))
        (root / f'{split}.txt').write_text('\n'.join(lines) + '\n', encoding='utf-8')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('root', type=Path, help='folder to write to')
    root = parser.parse_args().root
    write_tagged_pedestrians(root, num_train=1000, num_val=200, num_test=400, image_size=(128, 64))
    print(f'Wrote 1000 training, 200 validation and 400 test images with tags to {root}.')


if __name__ == '__main__':
    main()
