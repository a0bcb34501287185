#!/bin/bash
# ruleid: bash-secret-in-script
export DB_PASSWORD=h4rb0ur
# ok: bash-secret-in-script
export DB_PASSWORD="$(cat /run/secrets/db_password)"
# ok: bash-secret-in-script
export DB_PASSWORD="$1"
# ruleid: bash-secret-in-script
API_KEY="9f86d081884c7d65"
# ok: bash-secret-in-script
API_KEY=""
# ok: bash-secret-in-script
TOKEN=changeme
# ok: bash-secret-in-script
PASSWORD_FILE=/run/secrets/password
# ok: bash-secret-in-script
DB_USER=harbour
# ruleid: bash-secret-in-script
readonly SECRET_KEY='0123456789abcdef'
