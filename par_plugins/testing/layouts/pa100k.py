"""PA-100K: ``annotation.mat`` and ``data/%06d.jpg``."""

from scipy.io import savemat

from par_plugins.testing.toy_appearance import PA100K_ATTRIBUTES, pa100k_labels
from par_plugins.testing.toy_layout import ToyLayout, WrittenImages, cell_column, numbered


def _annotate(written: WrittenImages) -> None:
    content = {'attributes': cell_column([attribute.name for attribute in PA100K_ATTRIBUTES])}
    for split, pedestrians in written.people.items():
        content[f'{split}_images_name'] = cell_column(written.names[split])
        content[f'{split}_label'] = pa100k_labels(pedestrians)
    savemat(written.root / 'annotation.mat', content, do_compression=True)


LAYOUT = ToyLayout(folder='data', file_names=numbered('%06d.jpg'), annotate=_annotate)
