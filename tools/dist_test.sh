#!/usr/bin/env bash
# Test on several GPUs (or CPU processes, where there is no GPU) of one or more machines.
# usage: tools/dist_test.sh CONFIG CHECKPOINT PROCESSES [options of tools/test.py]
# several machines: NNODES, NODE_RANK, MASTER_ADDR and PORT in the environment
set -euo pipefail
config=$1 checkpoint=$2 processes=$3
shift 3
exec "$(dirname "$0")/dist_run.sh" "$processes" test.py "$config" "$checkpoint" "$@"
