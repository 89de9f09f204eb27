#!/bin/sh
# Prepare a machine to run or test nnviz. POSIX sh, because there may be no Python yet.
#
#   bootstrap.sh python         print the path of a usable Python
#   bootstrap.sh libraries run  check the shared libraries for a window ("test": without a screen)
#   bootstrap.sh venv run       .venv with what running needs ("test": and testing)
#
# What Debian or Ubuntu lacks is installed when that is allowed (root, or CI with sudo), else named.
set -eu
cd "$(dirname "$0")/.."

# soname:package. Qt's plugins are opened at run time, so pip cannot know of these.
OFFSCREEN="libglib-2.0.so.0:libglib2.0-0 libGL.so.1:libgl1 libEGL.so.1:libegl1
libfontconfig.so.1:libfontconfig1 libxkbcommon.so.0:libxkbcommon0 libdbus-1.so.3:libdbus-1-3"
SCREEN="libxcb-cursor.so.0:libxcb-cursor0 libxkbcommon-x11.so.0:libxkbcommon-x11-0
libxcb-icccm.so.4:libxcb-icccm4 libxcb-keysyms.so.1:libxcb-keysyms1 libxcb-shape.so.0:libxcb-shape0
libwayland-cursor.so.0:libwayland-cursor0"

say() {
    printf 'nnviz: %s\n' "$*" >&2
}

fail() {
    say "$@"
    exit 1
}

has() {
    command -v "$1" >/dev/null 2>&1
}

is_debian() {
    has apt-get && has dpkg
}

# Install Debian packages, or end with the one line that the user has to run.
need() {
    if [ "$(id -u)" -eq 0 ]; then
        as_root="env"
    elif [ -n "${CI:-}" ] && sudo -n true 2>/dev/null; then
        as_root="sudo -n env"
    else
        fail "missing system packages; run: sudo apt-get install --no-install-recommends $*"
    fi
    say "missing system packages; running: apt-get install --no-install-recommends $*"
    # A source of packages that cannot be reached need not be the one that has these.
    $as_root apt-get -qq -o Acquire::Retries=3 update >/dev/null || true
    $as_root DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 install --yes \
        --no-install-recommends "$@" </dev/null >/dev/null || fail "apt-get could not install: $*"
}

# A name on PATH is not enough: pyenv has shims for versions that do not run.
is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

can_make_venv() {
    has uv || "$1" -c 'import ensurepip, venv' >/dev/null 2>&1
}

# Set $python to the best Python of this machine; status 1 if none is new enough.
look_for_python() {
    python=
    for name in ${PYTHON:+"$PYTHON"} python3.13 python3.12 python3 python3.11 python3.14 python; do
        if ! has "$name" || ! is_new_enough "$name"; then
            continue
        fi
        [ -n "$python" ] || python=$(command -v "$name")
        if can_make_venv "$name"; then
            python=$(command -v "$name")
            return 0
        fi
    done
    [ -n "$python" ]
}

# The packages of the newest Python that this Debian or Ubuntu offers under a name we look for.
python_packages() {
    for package in python3.13 python3.12 python3.11; do
        if apt-cache show "$package" >/dev/null 2>&1; then
            echo "$package $package-venv"
            return
        fi
    done
    echo "python3 python3-venv"
}

# Print "soname:package" for each given one that Python, of its own architecture, cannot open.
missing_libraries() {
    "$python" -c '
import ctypes, sys
for pair in sys.argv[1:]:
    try:
        ctypes.CDLL(pair.partition(":")[0])
    except OSError:
        print(pair)
' "$@"
}

# Set $python to one that can make environments, and see to it that Qt finds the libraries for $1:
# "run", "test", or "" for none. What is missing is asked for all at once.
prepare() {
    [ -z "${PYTHON:-}" ] || is_new_enough "$PYTHON" ||
        fail "PYTHON=$PYTHON does not run, or is older than Python 3.11"
    libraries=
    if [ "$(uname -s)" = Linux ]; then
        case "$1" in
        test) libraries=$OFFSCREEN ;;
        run) libraries="$OFFSCREEN $SCREEN" ;;
        esac
    fi
    packages=
    if look_for_python; then
        # shellcheck disable=SC2086  # a list of words
        [ -z "$libraries" ] || libraries=$(missing_libraries $libraries)
        can_make_venv "$python" ||
            packages=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    elif is_debian; then
        packages=$(python_packages)
    fi

    if is_debian; then
        # shellcheck disable=SC2046,SC2086
        set -- $packages $(printf '%s\n' $libraries | sed 's/.*://')
        [ $# -eq 0 ] || need "$@"
    fi
    look_for_python ||
        fail "Python 3.11 or newer is needed and was not found: install it from" \
            "https://www.python.org/downloads/, then run make again"
    can_make_venv "$python" ||
        fail "$python lacks the modules venv and ensurepip: install a complete Python," \
            "then run make again"
    if ! is_debian && [ -n "$libraries" ]; then
        # Other systems name their packages otherwise, and may keep libraries elsewhere: only warn.
        # shellcheck disable=SC2046,SC2086
        say "Qt may need these libraries:" $(printf '%s\n' $libraries | sed 's/:.*//')
    fi
}

make_venv() {
    lock=locks/run.txt
    [ "$1" = run ] || lock=locks/dev.txt
    if ! is_new_enough .venv/bin/python ||
        ! { has uv || .venv/bin/python -c 'import pip' >/dev/null 2>&1; }; then
        say "making .venv with $("$python" --version)"
        rm -rf .venv
        if has uv; then
            uv venv --quiet --python "$python" .venv
        else
            "$python" -m venv .venv
        fi
    fi
    say "installing $lock into .venv (the first time this downloads more than 100 MB)"
    if has uv; then
        install="uv pip install --quiet --python .venv/bin/python"
    else
        install=".venv/bin/python -m pip install -qq --disable-pip-version-check"
    fi
    $install --require-hashes -r "$lock" -r locks/build.txt
    $install --no-deps --no-build-isolation --editable .
}

case "${1:-} ${2:-}" in
"python ")
    prepare ""
    printf '%s\n' "$python"
    ;;
"libraries run" | "libraries test")
    prepare "$2"
    ;;
"venv run" | "venv test")
    prepare "$2"
    make_venv "$2"
    ;;
*)
    fail "usage: bootstrap.sh python | libraries run | libraries test | venv run | venv test"
    ;;
esac
