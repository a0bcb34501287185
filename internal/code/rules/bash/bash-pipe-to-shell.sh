#!/bin/bash
# ruleid: bash-pipe-to-shell
curl -fsSL https://example.org/install | sh
# ruleid: bash-pipe-to-shell
wget -qO- https://example.org/install | bash -s -- -y
# ok: bash-pipe-to-shell
curl -o install https://example.org/install
# ok: bash-pipe-to-shell
cat x | sh
