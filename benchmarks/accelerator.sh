#!/usr/bin/env bash
# Every figure of an accelerator in one command, from the repository's root:
#
#     bash benchmarks/accelerator.sh [FOLDER]
#
# Needs the extras `cuda` and `peer`, and a CUDA build of PyTorch to compare.
# Writes tables, JSON and pictures to FOLDER (runs/benchmark): speed against PyTorch in
# bfloat16 for several batch sizes, how cost grows, the share of time that
# the host waits for (`loop_share`), and the whole protocol of 40 trials x 500 steps x 32.
set -euo pipefail

folder=${1:-runs/benchmark}
python=${PYTHON:-.venv/bin/python}
bfloat16=--config.stc_nlstm.dtype=bfloat16
mkdir -p "$folder"

for batch in 8 32 64 128; do
  "$python" -m stc_jax.benchmark --config=launch/ck_plus.py --peer=torch $bfloat16 \
    --config.training.batch_size=$batch \
    --json="$folder/batch_$batch.json" --picture="$folder/roofline_$batch.png"
done
"$python" -m stc_jax.benchmark --config=launch/ck_plus.py --scaling $bfloat16 \
  --json="$folder/scaling.json" --picture="$folder/scaling.png"

# The embedded dataset has CK+'s shape: 360 clips of 18 x 64 x 64.
time "$python" -m stc_jax.main --config=launch/synthetic_full.py $bfloat16 \
  --config.training.batch_size=32 --workdir="$folder/protocol"
cat "$folder/protocol/timings.json"
