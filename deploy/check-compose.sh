#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Brings the federation of docker-compose.yml up and does it harm in the middle of runs: kills, pauses and partitions containers. Whatever
# happened, a run must end, and when nobody was left out by a deadline it must end in the bytes of a simulation.
#
# Usage: deploy/check-compose.sh [TRIAL…]      all trials without names; ENGRAM_BUILD=0 takes the images as they are
#   undisturbed, coordinator-killed, coordinator-paused, agent-killed, agent-paused, agent-cut-off, agent-deaf, agent-mute, agent-left-out,
#   agent-revoked, down-and-up, scaled
# Without a Docker engine it skips, with a word. Deaf and mute agents need root and iptables on the engine's machine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if ! docker info >/dev/null 2>&1; then echo "check-compose: skipped, no Docker engine answers"; exit 0; fi

export COMPOSE_PROJECT_NAME=engram-check COMPOSE_FILE=docker-compose.yml
export ENGRAM_AGENTS=4 ENGRAM_SITES=4 ENGRAM_ROUNDS=${ENGRAM_ROUNDS:-40}
pause=${ENGRAM_PAUSE:-8} # seconds that a disturbance lasts
network=${COMPOSE_PROJECT_NAME}_federation

# ---- The federation

engram() { docker compose exec -T coordinator engram "$@"; }
container() {
    docker ps --all --quiet --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" \
        --filter "label=com.docker.compose.service=$1" --filter "label=com.docker.compose.container-number=${2:-1}" \
        --filter label=com.docker.compose.oneoff=False
}
say() { printf '%s  %s\n' "$(date +%H:%M:%S)" "$*"; }
fail() { say "FAILED: $*"; exit 1; }

# until_true SECONDS WHAT COMMAND…
until_true() {
    local end=$((SECONDS + $1)) what=$2
    shift 2
    until "$@"; do
        if [ $SECONDS -ge $end ]; then fail "waited in vain for $what"; fi
        sleep 0.3
    done
}

raise() { docker compose up --detach --no-build --quiet-pull "$@" >/dev/null 2>&1 || fail "docker compose up"; }
# The run service is for people; the trials start their runs themselves.
gather() { raise coordinator setup agent && until_true 60 "$ENGRAM_AGENTS agents" all_connected; }
all_connected() { [ "$(engram status --json 2>/dev/null | field connected_agents)" = "$ENGRAM_AGENTS" ]; }

# field NAME: its first value in JSON laid out a line per field.
field() { sed -n "s/.*\"$1\" *: *\"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}$/\1/p" | head -n 1; }
show() { engram run show "$1" --json 2>/dev/null; }
round() { show "$1" | field round; }
state() { show "$1" | field state; }
models() { grep -o '"sha256" *: *"[0-9a-f]*"' | tr -d ' ' | sort; }
reached() { [ "$(round "$1" || echo 0)" -ge "$2" ] 2>/dev/null; }
ended() { case $(state "$1") in finished | failed | cancelled) true ;; *) false ;; esac }

# What an undisturbed run ends in, by the same program without processes.
simulated() {
    docker compose run --rm --no-deps -T --entrypoint sh run -c \
        "engram-trial federation /tmp/f >/dev/null && engram simulate --data /tmp/f --recipe constellation --set rounds=$ENGRAM_ROUNDS --json" \
        2>/dev/null | models
}

begin() {
    local run=$1
    shift
    engram run start --name "$run" --recipe constellation --set "rounds=$ENGRAM_ROUNDS" --agents "$ENGRAM_AGENTS" "$@" >/dev/null ||
        fail "the run did not start"
}

# ends_like_a_simulation RUN
ends_like_a_simulation() {
    until_true 600 "the end of $1" ended "$1"
    [ "$(state "$1")" = finished ] || fail "$1 ended as $(state "$1")"
    local report
    report=$(engram run report "$1" --json)
    if [ "$(models <<<"$report")" != "$expected" ]; then fail "$1 ended in other models than the simulation"; fi
}

# disturbed RUN COMMAND…: does it in the middle of a run, which must still be in the middle then, and end as if nothing had been.
disturbed() {
    local run=$1
    shift
    begin "$run"
    until_true 120 "round 3" reached "$run" 3
    "$@"
    case $(state "$run") in running) ;; *) fail "the run was over before the disturbance: raise ENGRAM_ROUNDS" ;; esac
    ends_like_a_simulation "$run"
}

# ---- Harm

# Killed from outside where that can be done, so that the engine starts it again; after a `docker kill` it would not.
kill_and_start() {
    local pid
    pid=$(docker inspect --format '{{.State.Pid}}' "$1")
    if ! kill -KILL "$pid" 2>/dev/null; then docker kill "$1" >/dev/null && docker start "$1" >/dev/null; fi
    until_true 60 "another process" is_another "$1" "$pid"
    until_true 60 "an answer" answers
}
is_another() { case $(docker inspect --format '{{.State.Running}} {{.State.Pid}}' "$1") in "true $2" | false*) false ;; *) true ;; esac }
answers() { engram status >/dev/null 2>&1; }
pause_for_a_while() { docker pause "$1" >/dev/null && sleep "$pause" && docker unpause "$1" >/dev/null; }
cut_off() { docker network disconnect "$network" "$1" && sleep "$pause" && docker network connect "$network" "$1"; }
# filter CHAIN CONTAINER: everything in one direction is dropped for a while, in the container's own network namespace.
filter() {
    local pid
    pid=$(docker inspect --format '{{.State.Pid}}' "$2")
    nsenter --target "$pid" --net iptables -A "$1" ! -i lo -j DROP 2>/dev/null ||
        nsenter --target "$pid" --net iptables -A "$1" ! -o lo -j DROP
    sleep "$pause"
    nsenter --target "$pid" --net iptables -F "$1"
}
can_filter() {
    local pid
    pid=$(docker inspect --format '{{.State.Pid}}' "$(container coordinator)")
    nsenter --target "$pid" --net iptables -L -n >/dev/null 2>&1
}

# ---- Trials

# The one command of a person: everything comes up, a run ends, its table is printed.
trial_undisturbed() {
    docker compose up --no-build run >"$work/up.log" 2>&1 || { tail -n 20 "$work/up.log"; fail "docker compose up"; }
    sed -n 's/.*run-1  *| //p' "$work/up.log" | tail -n 7
    grep -q 'clusters: 2, adjusted Rand index 1.000' "$work/up.log" || fail "other groups were found than the planted ones"
    gather
    local run
    run=$(engram run ls --json | field run)
    ends_like_a_simulation "$run"
}
trial_coordinator_killed() { disturbed "$1" kill_and_start "$(container coordinator)"; }
trial_coordinator_paused() { disturbed "$1" pause_for_a_while "$(container coordinator)"; }
trial_agent_killed() { disturbed "$1" kill_and_start "$(container agent 2)"; }
trial_agent_paused() { disturbed "$1" pause_for_a_while "$(container agent 2)"; }
trial_agent_cut_off() { disturbed "$1" cut_off "$(container agent 3)"; }
trial_agent_deaf() { disturbed "$1" filter INPUT "$(container agent 1)"; }
trial_agent_mute() { disturbed "$1" filter OUTPUT "$(container agent 4)"; }

# Away for longer than the deadline: the others go on without it, and it is there again for the next run.
trial_agent_left_out() {
    local run=$1 sleeper participants
    sleeper=$(container agent 2)
    begin "$run" --set rounds_close.deadline=3 --set rounds_close.quorum=0.5
    until_true 120 "round 3" reached "$run" 3
    docker pause "$sleeper" >/dev/null
    until_true 600 "the end of $run" ended "$run"
    docker unpause "$sleeper" >/dev/null
    [ "$(state "$run")" = finished ] || fail "$run ended as $(state "$run")"
    participants=$(engram run report "$run" --json | sed -n 's/.*"participants" *: *\([0-9]*\).*/\1/p' | sort -u | tr '\n' ' ')
    say "participants a round: $participants"
    [ "$participants" = "3 4 " ] || fail "rounds with three and rounds with four were expected"
    until_true 60 "the sleeper" all_connected
}

# Shut out for good: its container ends and is started again by the engine, and is refused each time; the others go on.
trial_agent_revoked() {
    local run=$1
    begin "$run" --set rounds_close.deadline=3 --set rounds_close.quorum=0.5
    until_true 120 "round 3" reached "$run" 3
    engram agent revoke agent-03 >/dev/null
    until_true 600 "the end of $run" ended "$run"
    [ "$(state "$run")" = finished ] || fail "$run ended as $(state "$run")"
    [ "$(engram status --json | field connected_agents)" = 3 ] || fail "the revoked agent is connected"
    # A token with its name lets it in again, under a new certificate.
    engram token create --label agent-03 >"$work/token" 2>/dev/null
    docker compose run --rm --no-deps -T --entrypoint sh --volume "${COMPOSE_PROJECT_NAME}_sites:/var/lib/engram-sites" run -c \
        'cat >/var/lib/engram-sites/agent-03/token && rm -r /var/lib/engram-sites/agent-03/state/identity' <"$work/token" 2>/dev/null
    until_true 120 "the agent with a new certificate" all_connected
}

# Containers come and go, volumes stay: the same agents, with no token asked for.
trial_down_and_up() {
    docker compose down >/dev/null 2>&1
    gather
    [ "$(docker compose logs agent | grep -c ' enrolled')" = 0 ] || fail "an agent enrolled again"
    begin "$1"
    ends_like_a_simulation "$1"
}

trial_scaled() {
    docker compose down --volumes >/dev/null 2>&1
    ENGRAM_SITES=8 docker compose up --no-build --scale agent=8 run >"$work/up.log" 2>&1 || { tail -n 20 "$work/up.log"; fail "up"; }
    sed -n 's/.*run-1  *| //p' "$work/up.log" | tail -n 7
    grep -q 'accuracy on test rows, 8 agents' "$work/up.log" || fail "not eight agents"
    ENGRAM_AGENTS=8 ENGRAM_SITES=8
    expected=$(simulated)
    raise --scale agent=8 coordinator agent
    ends_like_a_simulation "$(engram run ls --json | field run)"
}

# ---- All of them

work=$(mktemp -d)
finish() {
    local status=$?
    if [ $status -ne 0 ]; then docker compose logs --tail 5 coordinator agent 2>/dev/null || true; fi
    docker compose down --volumes --timeout 5 >/dev/null 2>&1 || true
    rm -rf "$work"
    exit $status
}
trap finish EXIT

trials=("$@")
if [ $# -eq 0 ]; then
    trials=(undisturbed coordinator-killed coordinator-paused agent-killed agent-paused agent-cut-off agent-deaf agent-mute agent-left-out
        agent-revoked down-and-up scaled)
fi
if [ "${ENGRAM_BUILD:-1}" != 0 ]; then docker compose build --quiet; fi
docker compose down --volumes >/dev/null 2>&1
gather
expected=$(simulated)
[ -n "$expected" ] || fail "the simulation gave no models"
passed=0 skipped=0
for trial in "${trials[@]}"; do
    declare -F "trial_${trial//-/_}" >/dev/null || fail "there is no trial $trial"
    case $trial in
        agent-deaf | agent-mute)
            if ! can_filter; then
                say "$trial: skipped, iptables cannot be used in a container's network namespace from here"
                skipped=$((skipped + 1))
                continue
            fi
            ;;
    esac
    started=$SECONDS
    gather
    "trial_${trial//-/_}" "$trial"
    say "$trial: passed, $((SECONDS - started)) s"
    passed=$((passed + 1))
done
echo "$passed passed, 0 failed, $skipped skipped"
