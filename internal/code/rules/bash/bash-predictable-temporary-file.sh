#!/bin/bash
# ruleid: bash-predictable-temporary-file
file=/tmp/key.$$
# ok: bash-predictable-temporary-file
file=$(mktemp)
# ok: bash-predictable-temporary-file
file=$(mktemp /tmp/key.XXXXXX)
# ruleid: bash-predictable-temporary-file
file="/tmp/out-$RANDOM"
# ruleid: bash-predictable-temporary-file
echo "$key" > /tmp/key
# ok: bash-predictable-temporary-file
echo "$key" > "$file"
# ok: bash-predictable-temporary-file
cat /tmp/key
