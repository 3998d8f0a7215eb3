# stc_jax on a CPU or, with --build-arg DEVICE=cuda, on NVIDIA GPUs:
#   docker build -t stc_jax .
#   docker run -v stc_jax:/data stc_jax                    the demo, results in /data/runs
#   docker run -v stc_jax:/data stc_jax make test          lint and tests
FROM python:3.11-slim-bookworm

ARG DEVICE=cpu

SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN apt-get update \
  && apt-get install -y --no-install-recommends make=4.3-4.1 \
  && rm -rf /var/lib/apt/lists/*

RUN useradd --create-home --uid 1000 stc \
  && mkdir /data /stc_jax \
  && chown stc:stc /data /stc_jax
USER 1000
WORKDIR /stc_jax
COPY --chown=stc:stc . .

# As `make` does, but for the GPU's packages; the stamp tells `make` that it is done.
RUN python3 -m venv .venv \
  && case "${DEVICE}" in \
    cpu) .venv/bin/pip install --no-cache-dir -c constraints.txt -e . ;; \
    cuda) .venv/bin/pip install --no-cache-dir -c constraints.txt \
      -c constraints-cuda.txt -e '.[cuda]' ;; \
    *) echo "DEVICE=${DEVICE}: must be cpu or cuda" >&2; exit 2 ;; \
  esac \
  && touch .venv/.installed

ENV PATH=/stc_jax/.venv/bin:${PATH} \
  TFDS_DATA_DIR=/data/sets \
  XDG_CACHE_HOME=/data/cache
VOLUME /data
CMD ["make", "demo", "DEMO_RUN=/data/runs/demo"]
