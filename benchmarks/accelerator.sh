#!/usr/bin/env bash
# The figures of an accelerator, part by part, from the repository's root:
#
#     bash benchmarks/accelerator.sh PART [FOLDER]
#
# Writes to FOLDER (runs/accelerator), and takes some minutes each on one GPU: `speed`,
# `bp4d`, `protocol`, `precision` (behind `protocol`), `determinism`, `scaling`. Needs
# the extras `cuda` and `peer`, and a CUDA build of PyTorch for `speed`; nothing has to
# be installed if PYTHONPATH has it. From the environment: PYTHON (.venv/bin/python),
# BATCH of `speed` (128).
set -euo pipefail

part=${1:?name a part: speed, bp4d, protocol, precision, determinism or scaling}
folder=${2:-runs/accelerator}
python=${PYTHON:-.venv/bin/python}
bfloat16=--config.stc_nlstm.dtype=bfloat16
mkdir -p "$folder"

# A training step and inference beside PyTorch's, at CK+'s shape.
speed() {
  "$python" -m stc_jax.benchmark --config=launch/ck_plus.py --peer=torch $bfloat16 \
    --config.training.batch_size="${BATCH:-128}" --repeats=3 --part=training \
    --part=inference --json="$folder/speed.json" --picture="$folder/roofline.png"
}

# A training step of action units, with as many bytes on the device as BP4D's frames.
bp4d() {
  "$python" -m stc_jax.benchmark --config=launch/bp4d.py $bfloat16 --repeats=3 \
    --part=training --clips=8158 --json="$folder/bp4d.json"
}

# The paper's 40 trials x 500 steps x 32 clips, once, with a cold cache.
protocol() {
  "$python" -m stc_jax.prepare --dataset=synthetic_faces \
    --builder_config=neutral_to_apex_tuning
  rm -rf "$folder/precisions/bfloat16" "$folder/protocol.cache"
  time JAX_COMPILATION_CACHE_DIR="$folder/protocol.cache" "$python" \
    -m benchmarks.variants --table=precisions --only=bfloat16 \
    --runs="$folder/precisions"
  cat "$folder/precisions/bfloat16/timings.json"
}

# The same in float32, behind `protocol`, and how their accuracies differ.
precision() {
  "$python" -m benchmarks.variants --table=precisions --only=float32 \
    --runs="$folder/precisions"
}

# Two short runs, each with a cold cache: the same bytes?
determinism() {
  for run in first second; do
    rm -rf "$folder/$run" "$folder/$run.cache"
    JAX_COMPILATION_CACHE_DIR="$folder/$run.cache" "$python" -m stc_jax.main \
      --config=launch/synthetic_full.py --deterministic $bfloat16 \
      --config.dataset.builder_config=neutral_to_apex_tuning \
      --config.training.batch_size=32 --config.training.stages="((100, 0.0004),)" \
      --config.execution.first_trials=2 --config.execution.steps_per_chunk=50 \
      --workdir="$folder/$run" > "$folder/$run.log"
    (cd "$folder/$run" && sha256sum models/*/weights.safetensors trials/*.json \
      predictions.csv) > "$folder/$run.sums"
    cat "$folder/$run/timings.json"
  done
  diff "$folder/first.sums" "$folder/second.sums" && echo "the same bytes"
}

# How the cost of a step grows with batch, frames, trials, clips.
scaling() {
  "$python" -m stc_jax.benchmark --config=launch/ck_plus.py --scaling $bfloat16 \
    --json="$folder/scaling.json" --picture="$folder/scaling.png"
}

case $part in
  speed | bp4d | protocol | precision | determinism | scaling) "$part" ;;
  *) echo "$part: no such part" >&2; exit 2 ;;
esac
