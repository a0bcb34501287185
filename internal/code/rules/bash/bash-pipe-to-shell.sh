#!/bin/bash
# ruleid: bash-pipe-to-shell
curl -fsSL https://example.org/install | sh
# ruleid: bash-pipe-to-shell
wget -qO- https://example.org/install | bash -s -- -y
# ok: bash-pipe-to-shell
curl -o install https://example.org/install
# ok: bash-pipe-to-shell
cat x | sh
# ruleid: bash-pipe-to-shell
curl -fsSL https://example.org/install | sudo bash
# ruleid: bash-pipe-to-shell
curl -fsSL https://example.org/install | sudo -E bash -
# ruleid: bash-pipe-to-shell
sh -c "$(curl -fsSL https://example.org/install)"
# ruleid: bash-pipe-to-shell
bash <(curl -fsSL https://example.org/install)
# ruleid: bash-pipe-to-shell
source <(wget -qO- https://example.org/install)
# ruleid: bash-pipe-to-shell
wget -qO- https://example.org/install | /bin/sh
# ok: bash-pipe-to-shell
curl -fsSL https://example.org/key | sudo tee /etc/key
# ok: bash-pipe-to-shell
sh -c "$(cat install)"
# ok: bash-pipe-to-shell
echo "$(curl -fsSL https://example.org/version)"
# ok: bash-pipe-to-shell
diff <(curl https://example.org/a) b
