#!/bin/bash
# ruleid: bash-sudo-without-password
echo "deploy ALL=(ALL) NOPASSWD: ALL" >> /etc/sudoers
# ruleid: bash-sudo-without-password
echo "deploy ALL=(ALL) NOPASSWD:ALL" | tee /etc/sudoers.d/deploy
# ok: bash-sudo-without-password
echo "deploy ALL=(root) NOPASSWD: /usr/bin/systemctl restart app" > /etc/sudoers.d/deploy
# ok: bash-sudo-without-password
echo "deploy ALL=(ALL) ALL" >> /etc/sudoers
# ok: bash-sudo-without-password
echo "no password is asked"
