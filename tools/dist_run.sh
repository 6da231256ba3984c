#!/usr/bin/env bash
# What dist_train.sh and dist_test.sh share: the processes and where they meet.
# usage: tools/dist_run.sh PROCESSES SCRIPT ARGUMENTS...
set -euo pipefail
processes=$1 script=$2
shift 2
if [[ ${NNODES:-1} == 1 && -z ${PORT:-} ]]; then
    meeting=(--standalone --local-addr=127.0.0.1)  # on a free port: runs side by side do not clash
else
    meeting=(--nnodes="${NNODES:-1}" --node-rank="${NODE_RANK:-0}"
        --master-addr="${MASTER_ADDR:-127.0.0.1}" --master-port="${PORT:-29500}")
fi
exec "${PYTHON:-python}" -m torch.distributed.run "${meeting[@]}" --nproc-per-node="$processes" \
    "$(dirname "$0")/$script" "$@" --launcher pytorch
