#!/bin/bash
# ruleid: bash-eval-of-input
eval "list $1"
# ok: bash-eval-of-input
list "$1"
name=$2
# ruleid: bash-eval-of-input
eval "echo $name"
# ok: bash-eval-of-input
eval "$(ssh-agent -s)"
line=$3
# ruleid: bash-eval-of-input
bash -c "$line"
# ok: bash-eval-of-input
bash -c 'echo "$0"' "$line"
# ok: bash-eval-of-input
eval "PATH=/usr/bin"
# ruleid: bash-eval-of-input
eval "$@"
