#!/usr/bin/env bash
# Test on several GPUs (or CPU processes, where there is no GPU) of one or more machines.
# usage: tools/dist_test.sh CONFIG CHECKPOINT PROCESSES [options of tools/test.py]
# several machines: NNODES, NODE_RANK, MASTER_ADDR and PORT in the environment
set -euo pipefail
config=$1 checkpoint=$2 processes=$3
shift 3
exec "${PYTHON:-python}" -m torch.distributed.run --nnodes="${NNODES:-1}" --node-rank="${NODE_RANK:-0}" \
    --master-addr="${MASTER_ADDR:-127.0.0.1}" --master-port="${PORT:-29500}" \
    --nproc-per-node="$processes" "$(dirname "$0")/test.py" "$config" "$checkpoint" --launcher pytorch "$@"
