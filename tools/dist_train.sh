#!/usr/bin/env bash
# Train on several GPUs (or CPU processes, where there is no GPU) of one or more machines.
# usage: tools/dist_train.sh CONFIG PROCESSES [options of tools/train.py]
# several machines: NNODES, NODE_RANK, MASTER_ADDR and PORT in the environment
set -euo pipefail
config=$1 processes=$2
shift 2
exec "${PYTHON:-python}" -m torch.distributed.run --nnodes="${NNODES:-1}" --node-rank="${NODE_RANK:-0}" \
    --master-addr="${MASTER_ADDR:-127.0.0.1}" --master-port="${PORT:-29500}" \
    --nproc-per-node="$processes" "$(dirname "$0")/train.py" "$config" --launcher pytorch "$@"
