#!/usr/bin/env bash
# Train on several GPUs (or CPU processes, where there is no GPU) of one or more machines.
# usage: tools/dist_train.sh CONFIG PROCESSES [options of tools/train.py]
# several machines: NNODES, NODE_RANK, MASTER_ADDR and PORT in the environment
set -euo pipefail
config=$1 processes=$2
shift 2
exec "$(dirname "$0")/dist_run.sh" "$processes" train.py "$config" "$@"
