"""Say which versions are installed, what is missing, and how to mend it.

Imports nothing of this project, so that it works where the project does not. Ends with status 1
where there is a problem.
"""

import argparse
import importlib
import os
import platform
import re
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

PINS = dict(
    re.findall(
        r'^([\w-]+)==([\w.]+)',
        (Path(__file__).parents[1] / 'requirements.txt').read_text(encoding='utf-8'),
        flags=re.MULTILINE,
    )
)
ORIGINALS = {'mmengine': 'onedl-mmengine', 'mmcv': 'onedl-mmcv', 'mmpretrain': 'onedl-mmpretrain'}
OTHERS = ('setuptools', 'mmcv-lite', 'mmdet', 'onedl-mmdetection', 'opencv-python-headless')
IMPORTS = ('torch', 'torchvision', 'cv2', 'mmengine', 'mmcv', 'mmpretrain')
OURS = ('par_plugins', 'par_runtime')
HEADLESS = (
    f'pip uninstall -y opencv-python && pip install opencv-python-headless=={PINS["opencv-python"]}'
)


def installed_versions() -> dict[str, str]:
    """Version of every package that matters here, if it is installed."""
    versions = {'python': platform.python_version()}
    for name in (*PINS, *ORIGINALS, *OTHERS):
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version."""
    return tuple(int(part) for part in re.findall(r'\d+', version.split('+')[0])[:3])


def problems(versions: Mapping[str, str]) -> list[str]:
    """Known bad combinations, each with its remedy.

    Args:
        versions: Installed versions by package name.

    Returns:
        One line a problem.
    """
    found = []
    if numbers(versions['python']) < (3, 11):
        found.append(f'Python {versions["python"]} is too old: install 3.11 or newer')
    torch, vision = versions.get('torch'), versions.get('torchvision')
    if torch is None:
        found.append(f'torch is missing: pip install torch=={PINS["torch"]}')
    elif vision is None or numbers(vision)[1] != numbers(torch)[1] + 15:
        # torchvision 0.(n + 15) is the pair of torch 2.n.
        found.append(
            f'torchvision {vision or "is missing"} does not go with torch {torch}: pip install '
            f'torch=={PINS["torch"]} torchvision=={PINS["torchvision"]}'
        )
    for original, fork in ORIGINALS.items():
        remedy = f'pip uninstall -y {original} {fork} && pip install {fork}=={PINS[fork]}'
        if original in versions and fork in versions:
            found.append(f'{original} and {fork} overwrite each other: {remedy}')
        elif original in versions and torch and numbers(torch) >= (2, 6):
            found.append(
                f'the original {original} {versions[original]} does not work with torch {torch}: '
                f'{remedy}'
            )
        elif original not in versions and fork not in versions and original != 'mmcv':
            found.append(f'{original} is missing: pip install {fork}=={PINS[fork]}')
    if not {'mmcv', 'mmcv-lite', 'onedl-mmcv'} & set(versions):
        found.append(f'mmcv is missing: pip install onedl-mmcv=={PINS["onedl-mmcv"]}')
    if {'opencv-python', 'opencv-python-headless'} <= set(versions):
        found.append(
            'opencv-python and opencv-python-headless overwrite each other: pip uninstall -y '
            f'opencv-python-headless && pip install --force-reinstall --no-deps '
            f'opencv-python=={PINS["opencv-python"]}'
        )
    for name in set(PINS) - set(ORIGINALS.values()) - {'torch', 'torchvision', 'opencv-python'}:
        if name not in versions:
            found.append(f'{name} is missing: pip install {name}=={PINS[name]}')
    return found


def failed_imports() -> list[str]:
    """Packages that are there but cannot be imported, each with its remedy."""
    found = []
    for name in (*IMPORTS, *OURS):
        try:
            importlib.import_module(name)
        except Exception as error:  # a broken package may raise anything
            reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
            if 'libGL' in reason:
                return [f'OpenCV needs libGL, which this machine lacks: {HEADLESS}']
            remedy = (
                'run pip install -e . in the folder of the project'
                if name in OURS
                else 'pip install --force-reinstall -r requirements.txt'
            )
            found.append(f'import {name} fails ({reason}): {remedy}')
    return found


def describe_devices() -> list[str]:
    """Processors and accelerators."""
    import torch

    lines = [f'CPU: {os.cpu_count()} cores, {torch.get_num_threads()} threads']
    for index in range(torch.cuda.device_count()):
        lines.append(f'CUDA {torch.version.cuda}: {torch.cuda.get_device_name(index)}')
    if not torch.cuda.is_available():
        lines.append('no CUDA device: training runs on the CPU (NCCL needs one; --amp is bfloat16)')
    return lines


def describe_ops(versions: Mapping[str, str]) -> str:
    """Whether mmcv's compiled operators are there."""
    try:
        importlib.import_module('mmcv._ext')
    except ImportError:
        return (
            'not compiled (only detectors of mmdet need them); to build them: pip install ninja '
            "'setuptools>=80,<81' wheel packaging && pip install --no-build-isolation "
            f'--no-cache-dir --no-binary onedl-mmcv --force-reinstall --no-deps '
            f'onedl-mmcv=={PINS["onedl-mmcv"]}'
        )
    return 'compiled'


def pretrained_files() -> dict[str, Path]:
    """Where each set of weights that the configs start from is kept, by its address."""
    hub = Path(os.environ.get('TORCH_HOME', Path.home() / '.cache/torch'), 'hub/checkpoints')
    models = Path(__file__).parents[1] / 'configs/_base_/models'
    texts = [path.read_text(encoding='utf-8') for path in sorted(models.glob('*.py'))]
    addresses = re.findall(r'https?://[^\'"]+', '\n'.join(texts))
    return {address: hub / address.rpartition('/')[2] for address in addresses}


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    versions = installed_versions()
    print('\n'.join(f'{name:24}{version}' for name, version in versions.items()))
    found = problems(versions)
    found += failed_imports()
    if not any('torch' in line for line in found):
        print('\n'.join(describe_devices()))
        print(f'operators of mmcv: {describe_ops(versions)}')
    for address, path in pretrained_files().items():
        if not path.is_file():
            print(f'not here yet: {path}, fetched from {address} when a config starts from it')
    for line in found:
        print(f'PROBLEM: {line}')
    print('no problem found' if not found else f'{len(found)} problems found')
    sys.exit(bool(found))


if __name__ == '__main__':
    main()
