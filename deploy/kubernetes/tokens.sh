#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Gives agents of the stateful set their tokens: makes one for each of agent-0 … agent-(N-1), and puts them into the secret that agent.yaml
# mounts, each where only its own pod reads it. To be run again for agents that lost their state.
# Usage: deploy/kubernetes/tokens.sh N [LIFETIME]
set -euo pipefail
count=${1:?how many agents}
lifetime=${2:-24h}

# All of them first: a secret with only some of the tokens would take the place of a whole one.
lines=
for ((number = 0; number < count; number++)); do
    name=agent-$number
    # A token with the name as its label may replace that agent's certificate.
    token=$(kubectl --namespace engram exec coordinator-0 --container engramd -- \
        engram token create --coordinator 127.0.0.1:7443 --label "$name" --lifetime "$lifetime")
    lines+="  $name: $(printf %s "$token" | base64 --wrap=0)"$'\n'
done

# Through a pipe, so that no token shows in a process list.
printf 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: engram-agent-tokens\n  namespace: engram\ndata:\n%s' "$lines" | kubectl apply -f -
