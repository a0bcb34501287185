#!/bin/bash
# ruleid: bash-permissions-for-all
chmod 777 /srv/app
# ok: bash-permissions-for-all
chmod 750 /srv/app
# ruleid: bash-permissions-for-all
chmod -R 0777 /srv/app
# ruleid: bash-permissions-for-all
chmod a+rwx /srv/app
# ok: bash-permissions-for-all
chmod +x run.sh
# ok: bash-permissions-for-all
chmod 1777 /srv/tmp
# ok: bash-permissions-for-all
chmod 644 README
# ok: bash-permissions-for-all
chmod u+w README
# ruleid: bash-permissions-for-all
chmod o+w README
