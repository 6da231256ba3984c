#!/usr/bin/env bash
# Install mmdet, and mmcv with the compiled operators that mmdet needs. The wheel of these is built
# once for each Python, torch and mmcv, and kept in the user's cache. Needs a C++ compiler.
#   projects/detection_attributes/install_det.sh .venv/bin
set -euo pipefail
bin=$1
root=$(dirname "$0")/../..
mmcv=$(grep -o '^onedl-mmcv==[^ ]*' "$root/requirements.txt")
key=$("$bin/python" -c '
import sys, torch
from torch.utils.cpp_extension import CUDA_HOME
device = "cuda" if torch.cuda.is_available() and CUDA_HOME else "cpu"
print(f"python{sys.version_info[0]}.{sys.version_info[1]}-torch{torch.__version__}-{device}")')
wheels=${XDG_CACHE_HOME:-$HOME/.cache}/par_plugins/wheels/$key
wheel=onedl_mmcv-${mmcv#*==}-*.whl

if compgen -G "$wheels/$wheel" > /dev/null; then
    echo "Installing mmdet, and mmcv's operators from $wheels: less than a minute."
else
    echo "Installing mmdet and building the operators of $mmcv: about 7 minutes on 2 free"
    echo "cores, longer where they are shared; MAX_JOBS limits the compilers. The wheel is kept in"
    echo "$wheels for the next time."
fi
"$bin/pip" install --no-deps -r "$root/requirements/det.txt"

if ! compgen -G "$wheels/$wheel" > /dev/null; then
    mkdir -p "$wheels"
    aside=$(mktemp -d "$wheels/.building-XXXXXX")
    trap 'rm -rf "$aside"' EXIT
    [[ $key == *-cuda ]] || export CUDA_VISIBLE_DEVICES=  # a GPU without nvcc
    # pip's own cache may hold a wheel without operators.
    time MMCV_WITH_OPS=1 "$bin/pip" wheel --no-deps --no-build-isolation --no-cache-dir \
        --no-binary onedl-mmcv --wheel-dir "$aside" "$mmcv"
    mv "$aside"/$wheel "$wheels/"
fi
"$bin/pip" install --no-deps --force-reinstall "$wheels"/$wheel
"$bin/python" -c 'import mmcv.ops'
