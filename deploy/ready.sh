#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Asks the daemon beside it whether it can serve agents: exit code 0 only for status 200 of /readyz (docs/status.md). Prints the answer.
# In the image it is /usr/local/bin/engram-ready: the health check of the Dockerfile and of compose, and Kubernetes' readiness probe.
# Bash opens the connection, for the image has no HTTP client. No certificate is needed: an operator's expires, and may be revoked, while the
# daemon is well.
# Usage: engram-ready [PORT]        7480 without it; the status page must listen on 127.0.0.1 (or on all addresses)
set -u

ask() {
    exec 3<>"/dev/tcp/127.0.0.1/$port" || exit 1
    # The server answers those who call it localhost, and closes after this answer.
    printf 'GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
    read -r _ status _ <&3 || exit 1
    # The last line is JSON and says which check fails.
    read -r -d '' rest <&3
    printf 'status %s: %s\n' "$status" "${rest##*$'\n'}"
    [ "$status" = 200 ]
}
export port=${1:-7480}
export -f ask

# A daemon that hangs takes the connection and says nothing. The server gives its own checks 2 s; callers give up after 5.
exec timeout --kill-after=1 4 bash -c ask
