#!/bin/bash
# ruleid: bash-host-key-not-verified
ssh -o StrictHostKeyChecking=no host
# ok: bash-host-key-not-verified
ssh -o StrictHostKeyChecking=yes host
# ok: bash-host-key-not-verified
ssh -o StrictHostKeyChecking=accept-new host
# ruleid: bash-host-key-not-verified
scp -o UserKnownHostsFile=/dev/null file host:
# ok: bash-host-key-not-verified
scp file host:
# ruleid: bash-host-key-not-verified
rsync -e "ssh -o StrictHostKeyChecking=no" a host:b
# ok: bash-host-key-not-verified
rsync -e ssh a host:b
