#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The two jobs of a trial federation that no person has to do (deploy/docker-compose.yml).
#
#   engram-trial setup            makes a place for each agent: a shard, and a token that lets it in once
#   engram-trial run              waits for the agents, starts a run, follows it, prints the report
#   engram-trial federation DIR   writes the same shards as a federation folder
#   engram-trial engram …         any command of the tool, as the operator
set -eu
umask 077

sites=/var/lib/engram-sites
images=/usr/share/datasets/fashion-mnist

# Clothes whose labels half of the agents call by other names: whom to share with is worth finding out.
federation() {
    engram data partition --kind permuted --groups 2 --agents "$ENGRAM_SITES" --train 300 --validation 75 --test 75 \
        --images "$images/train-images-idx3-ubyte.gz" --images "$images/t10k-images-idx3-ubyte.gz" \
        --labels "$images/train-labels-idx1-ubyte.gz" --labels "$images/t10k-labels-idx1-ubyte.gz" \
        --seed 1 --output "$1" --force
}

# What was begun and not ended is begun again: a place counts when its shard is there, and the shard comes last.
setup() {
    if [ -e "$sites/.made" ]; then
        read -r made <"$sites/.made"
        if [ "$made" -ne "$ENGRAM_SITES" ]; then
            echo "the volume has $made places, not $ENGRAM_SITES: remove it (docker compose down --volumes) to begin anew" >&2
            exit 1
        fi
        echo "$made places are there already"
        return
    fi
    federation /tmp/federation
    for shard in /tmp/federation/*.safetensors; do
        name=$(basename "$shard" .safetensors)
        if [ -e "$sites/$name/shard.safetensors" ]; then continue; fi
        mkdir -p "$sites/$name"
        engram token create --label "$name" --lifetime 7d >"$sites/$name/token"
        cp "$shard" "$sites/$name/.new"
        mv "$sites/$name/.new" "$sites/$name/shard.safetensors"
    done
    echo "$ENGRAM_SITES" >"$sites/.made"
    echo "made $ENGRAM_SITES places"
}

connected() { engram status | sed -n 's/.* \([0-9][0-9]*\) agents\{0,1\} connected.*/\1/p'; }

# As many as there are when no more have come for a few seconds, so that --scale needs no second number.
gather() {
    before=0 quiet=0
    while [ "$quiet" -lt 3 ] || [ "$before" -lt "$ENGRAM_AGENTS" ]; do
        sleep 1
        now=$(connected) || now=0
        if [ "${now:-0}" -eq "$before" ]; then quiet=$((quiet + 1)); else quiet=0; fi
        before=${now:-0}
    done
    echo "$before agents are here"
}

# A coordinator that is away for a moment ends the watching, not the run.
run() {
    gather
    name=trial-$(date -u +%Y%m%d-%H%M%S)
    set -- --set "rounds=$ENGRAM_ROUNDS"
    for pair in $ENGRAM_SET; do set -- "$@" --set "$pair"; done
    engram run start --name "$name" --recipe "$ENGRAM_RECIPE" "$@" --agents "$before"
    until engram run watch "$name"; do
        status=$?
        if [ "$status" -ne 3 ]; then exit "$status"; fi
        sleep 1
    done
    engram run report "$name"
}

verb=${1:-run}
[ $# -eq 0 ] || shift
case $verb in
    setup | run) "$verb" ;;
    federation) federation "$1" ;;
    engram) exec engram "$@" ;;
    *) sed -n '3,8s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
