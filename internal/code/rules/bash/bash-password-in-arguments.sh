#!/bin/bash
# ruleid: bash-password-in-arguments
mysql -u root -psecret shop
# ok: bash-password-in-arguments
mysql -u root -p shop
# ruleid: bash-password-in-arguments
mysqldump --password=secret shop
# ok: bash-password-in-arguments
mysql --defaults-extra-file=my.cnf shop
# ruleid: bash-password-in-arguments
sshpass -p secret ssh host
# ok: bash-password-in-arguments
sshpass -f /run/secrets/pw ssh host
# ruleid: bash-password-in-arguments
docker login -u me -p "$TOKEN"
# ok: bash-password-in-arguments
docker login -u me --password-stdin
# ruleid: bash-password-in-arguments
curl -u me:secret https://a.example/
# ok: bash-password-in-arguments
curl --netrc https://a.example/
# ok: bash-password-in-arguments
curl -o name https://a.example/
