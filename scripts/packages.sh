#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sees to the system packages that Engram is built with: installs what is missing when it may, says what is missing when it may not.
# Usage: scripts/packages.sh [demo]     "demo" adds the data set of the demonstration.
set -euo pipefail

packages=(make pkg-config libssl-dev zlib1g-dev libsqlite3-dev libopenblas-dev)
if [ "${1:-}" = demo ]; then packages+=(dataset-fashion-mnist); fi

if ! command -v swift >/dev/null; then
    echo "swift was not found: install the Swift toolchain, 6.2 or newer (https://www.swift.org/install), and put it in PATH" >&2
    exit 1
fi

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    # Not Debian or a child of it. Ask pkg-config, which the build asks as well.
    missing=()
    for library in openssl zlib sqlite3 openblas; do
        pkg-config --exists "$library" 2>/dev/null || missing+=("$library")
    done
    if [ ${#missing[@]} -gt 0 ]; then
        echo "pkg-config does not find: ${missing[*]}" >&2
        echo "Install make, pkg-config and the development files of OpenSSL 3, zlib, SQLite 3.37 or newer, and OpenBLAS." >&2
        exit 1
    fi
    if [ "${1:-}" = demo ] && [ ! -d /usr/share/datasets/fashion-mnist ]; then
        echo "The demo also needs the four IDX files of Fashion-MNIST (Debian: dataset-fashion-mnist) in /usr/share/datasets/fashion-mnist." >&2
        exit 1
    fi
    exit 0
fi

# One call for all: a name without the status "installed" is missing. pkgconf provides pkg-config on newer releases.
installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${packages[@]}" pkgconf 2>/dev/null || true)
missing=()
for package in "${packages[@]}"; do
    case $'\n'"$installed"$'\n' in
        *$'\n'"installed $package"$'\n'*) ;;
        *) if [ "$package" != pkg-config ] || ! command -v pkg-config >/dev/null; then missing+=("$package"); fi ;;
    esac
done
if [ ${#missing[@]} -eq 0 ]; then exit 0; fi

sudo=()
if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo=(sudo -n)
    else
        echo "Missing system packages. Run this, then try again:" >&2
        echo "  sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
        exit 1
    fi
fi

echo "Installing system packages: ${missing[*]}"
install() {
    ${sudo[@]+"${sudo[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
}
# The lists of packages may be old or absent: only then are they worth the time of an update.
if ! install >/dev/null 2>&1; then
    ${sudo[@]+"${sudo[@]}"} apt-get update -q
    install
fi
