# SPDX-License-Identifier: Apache-2.0
# Images of Engram, one per part (docs/operations.md, "Containers"):
#
#   docker build --target agent       -t engram-agent .         engram-agent
#   docker build --target coordinator -t engram-coordinator .   engramd and engram (the default)
#   docker build --target trial       -t engram-trial .         engram and data for a trial federation
#
# All run as user 10001, need no writable root file system, and hold no package manager's lists, no toolchain and no key.

ARG SWIFT_IMAGE=swift:6.3-bookworm
ARG RUNTIME_IMAGE=debian:bookworm-slim

# Everything that is compiled. The Swift runtime is linked in, so that the images below need none.
FROM ${SWIFT_IMAGE} AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
# hadolint ignore=DL3008
RUN apt-get update -q \
    && apt-get install -y -q --no-install-recommends pkg-config libssl-dev zlib1g-dev libsqlite3-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY Package.swift Package.resolved* ./
COPY Sources Sources
# The manifest names the tests' folders; they are not compiled.
COPY Tests Tests
# Objects stay in the builder's cache, so that a second build compiles what has changed.
RUN --mount=type=cache,target=/source/.build,sharing=locked \
    swift build -c release --static-swift-stdlib \
    && install -d /programs \
    && install --strip -t /programs .build/release/engramd .build/release/engram-agent .build/release/engram

# The data of the trial: Debian's package of Fashion-MNIST.
FROM ${SWIFT_IMAGE} AS data
# hadolint ignore=DL3008
RUN apt-get update -q \
    && apt-get install -y -q --no-install-recommends dataset-fashion-mnist \
    && rm -rf /var/lib/apt/lists/*

# What every image has: the libraries that the programs are linked to, and a user.
FROM ${RUNTIME_IMAGE} AS runtime
# hadolint ignore=DL3008
RUN apt-get update -q \
    && apt-get install -y -q --no-install-recommends libssl3 libstdc++6 zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 engram \
    && useradd --uid 10001 --gid 10001 --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin engram
ARG VERSION=0.1.0
LABEL org.opencontainers.image.version=${VERSION} \
      org.opencontainers.image.licenses=Apache-2.0 \
      org.opencontainers.image.vendor="Engram maintainers"

# What trains: OpenBLAS is opened when it is there (docs/decisions/002-blas.md); BLAS_PACKAGE= leaves it out.
FROM runtime AS training
ARG BLAS_PACKAGE=libopenblas0-pthread
# hadolint ignore=DL3008
RUN if [ -n "${BLAS_PACKAGE}" ]; then \
        apt-get update -q \
        && apt-get install -y -q --no-install-recommends "${BLAS_PACKAGE}" \
        && rm -rf /var/lib/apt/lists/*; \
    fi

FROM training AS agent
LABEL org.opencontainers.image.title="engram-agent" \
      org.opencontainers.image.description="Trains on its own shard and takes part in federations"
RUN install -d -m 0700 -o engram -g engram /var/lib/engram-agent /var/lib/engram-sites
COPY --from=build /programs/engram-agent /usr/local/bin/
USER 10001:10001
# One outbound connection, no port: what an agent is doing is seen at the coordinator (engram agent ls). It ends when it cannot go on.
HEALTHCHECK NONE
STOPSIGNAL SIGTERM
ENTRYPOINT ["engram-agent"]
CMD ["--help"]

FROM training AS trial
LABEL org.opencontainers.image.title="engram-trial" \
      org.opencontainers.image.description="Sets a trial federation up and runs it"
RUN install -d -m 0700 -o engram -g engram /var/lib/engram-operator /var/lib/engram-sites
COPY --from=data /usr/share/datasets/fashion-mnist /usr/share/datasets/fashion-mnist
COPY --from=build /programs/engram /usr/local/bin/
COPY --chmod=0755 deploy/compose/trial.sh /usr/local/bin/engram-trial
USER 10001:10001
ENV ENGRAM_IDENTITY=/var/lib/engram-operator
HEALTHCHECK NONE
ENTRYPOINT ["engram-trial"]

FROM runtime AS coordinator
LABEL org.opencontainers.image.title="engram-coordinator" \
      org.opencontainers.image.description="Runs rounds, groups agents, keeps one model per group"
# hadolint ignore=DL3008
RUN apt-get update -q \
    && apt-get install -y -q --no-install-recommends libsqlite3-0 \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -m 0700 -o engram -g engram /var/lib/engram /var/lib/engram-operator
COPY --from=build /programs/engramd /programs/engram /usr/local/bin/
COPY --chmod=0755 deploy/ready.sh /usr/local/bin/engram-ready
USER 10001:10001
# Where engramd init leaves the first operator's identity, unless told otherwise.
ENV ENGRAM_IDENTITY=/var/lib/engram/state/operator
VOLUME /var/lib/engram
EXPOSE 7443
STOPSIGNAL SIGTERM
# /readyz on loopback, with the bash that Debian's images have: no operator's certificate, which would expire while the daemon is well.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 CMD ["engram-ready"]
ENTRYPOINT ["engramd"]
CMD ["run", "--state", "/var/lib/engram/state", "--listen", "0.0.0.0:7443"]
