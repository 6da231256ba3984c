#!/usr/bin/env bash
# Train under Slurm.
# usage: [GPUS=8 GPUS_PER_NODE=8 CPUS_PER_TASK=5 SRUN_ARGS=...] tools/slurm_train.sh PARTITION JOB_NAME CONFIG [options of tools/train.py]
set -euo pipefail
partition=$1 job=$2
shift 2
exec "$(dirname "$0")/slurm_run.sh" "$partition" "$job" train.py "$@"
