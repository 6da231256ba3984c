"""A detector from the words of a command line."""

from typing import Any

from par_plugins.inference.detectors.boxes_file import BoxesFile
from par_plugins.inference.detectors.onnx_detector import OnnxDetector
from par_plugins.inference.detectors.person_detector import PersonDetector
from par_plugins.inference.detectors.torch_detectors import MMDetDetector, TorchvisionDetector
from par_plugins.inference.detectors.whole_picture import WholePicture
from par_plugins.structures import InputError, checked_number

FORMS = 'none, boxes:FILE, onnx:FILE[,DECODER], torchvision:NAME[,WEIGHTS], mmdet:CONFIG,WEIGHTS'


def build_person_detector(
    specification: str, *, device: str = 'cpu', min_score: float | None = None
) -> PersonDetector:
    """Build a detector of people.

    Args:
        specification: One of :data:`FORMS`.
        device: Where a detector of torch runs.
        min_score: Boxes below are left out; None takes the default of the detector's kind.

    Raises:
        InputError: If it is of no such form, or the detector cannot be built.

    Example:
        >>> type(build_person_detector('none')).__name__
        'WholePicture'
    """
    name, _, rest = specification.partition(':')
    values = rest.split(',') if rest else []
    if min_score is not None:
        checked_number('min_score', min_score, at_least=0, at_most=1)
    options: dict[str, Any] = {} if min_score is None else {'min_score': min_score}
    if name == 'none' and not values:
        return WholePicture()
    if name == 'boxes' and len(values) == 1:
        return BoxesFile(values[0])
    if name == 'onnx' and len(values) in (1, 2):
        return OnnxDetector(*values, **options)
    if name == 'torchvision' and len(values) in (1, 2):
        return TorchvisionDetector(*values, device=device, **options)
    if name == 'mmdet' and len(values) == 2:
        return MMDetDetector(*values, device=device, **options)
    raise InputError(f'{specification!r} is no detector of people: {FORMS}')
