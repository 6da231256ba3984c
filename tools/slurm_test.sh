#!/usr/bin/env bash
# Test under Slurm.
# usage: [GPUS=8 GPUS_PER_NODE=8 CPUS_PER_TASK=5 SRUN_ARGS=...] tools/slurm_test.sh PARTITION JOB_NAME CONFIG CHECKPOINT [options of tools/test.py]
set -euo pipefail
partition=$1 job=$2
shift 2
exec "$(dirname "$0")/slurm_run.sh" "$partition" "$job" test.py "$@"
