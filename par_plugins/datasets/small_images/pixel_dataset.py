"""Base of benchmarks whose files hold the pixels of their images."""

import numpy as np

from par_plugins.datasets.attribute_dataset import TRAIN_VAL_TEST, Annotations, AttributeDataset


class PixelDataset(AttributeDataset):
    """One attribute, a file of training images and one of test images.

    Samples have their ``img`` already, so that a pipeline loads none; ``img_path`` says which image
    of which file it is. A subclass reads a file in :meth:`read_file`, and says in
    :meth:`training_rows` which of its training images are for validation.
    """

    SPLITS = TRAIN_VAL_TEST

    def read_file(self, part: str) -> tuple[str, np.ndarray, np.ndarray]:
        """Read all images of a file.

        Args:
            part: ``train`` or ``test``.

        Returns:
            The path of the file relative to ``data_root``; ``(N, H, W, 3)`` uint8, blue-green-red
            as OpenCV has it, or ``(N, H, W)`` grey; ``(N,)`` labels.
        """
        raise NotImplementedError

    def training_rows(self, labels: np.ndarray, file: str, *, held_out: bool) -> np.ndarray:
        """Choose images of the training file.

        Args:
            labels: ``(N,)`` of all its images.
            file: Its path relative to ``data_root``, for messages.
            held_out: Those for validation, else those for training.

        Returns:
            Ascending positions.
        """
        raise NotImplementedError

    def read_annotations(self) -> Annotations:
        """Read the images of the split, in the order of their file."""
        names: list[str] = []
        images, labels = [], []
        for part in self.parts:
            file, all_images, all_labels = self.read_file('test' if part == 'test' else 'train')
            rows = np.arange(len(all_labels))
            if part != 'test':
                rows = self.training_rows(all_labels, file, held_out=part == 'val')
            names += [f'{file}#{row}' for row in rows.tolist()]
            images.append(all_images[rows])
            labels.append(all_labels[rows].astype(np.int64))
        pixels = np.concatenate(images)
        shapes = [pixels.shape[1:3]] * len(pixels)
        return Annotations(
            image_names=names,
            targets=np.concatenate(labels)[:, None],
            source=str(self.data_root),
            # What a loading transform would have put there.
            extras={
                'img': np.ascontiguousarray(pixels),
                'img_shape': shapes,
                'ori_shape': shapes,
            },
        )


def rank_among_equals(labels: np.ndarray) -> np.ndarray:
    """Count within classes.

    Args:
        labels: ``(N,)``.

    Returns:
        ``(N,)`` int64: how many of the labels before it equal each of ``labels``.

    >>> rank_among_equals(np.array([7, 3, 7, 7])).tolist()
    [0, 0, 1, 2]
    """
    _, numbers, counts = np.unique(labels, return_inverse=True, return_counts=True)
    order = np.argsort(numbers, kind='stable')
    ranks = np.empty(len(labels), np.int64)
    ranks[order] = np.arange(len(labels)) - np.repeat(np.cumsum(counts) - counts, counts)
    return ranks
