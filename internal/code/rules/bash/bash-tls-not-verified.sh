#!/bin/bash
# ruleid: bash-tls-not-verified
curl -k https://example.com/key
# ok: bash-tls-not-verified
curl https://example.com/key
# ruleid: bash-tls-not-verified
curl -fsSLk https://example.com/key
# ok: bash-tls-not-verified
curl -fsSL https://example.com/key
# ruleid: bash-tls-not-verified
curl --insecure https://example.com/key
# ok: bash-tls-not-verified
curl -k https://localhost:8443/health
# ruleid: bash-tls-not-verified
wget --no-check-certificate https://example.com/key
# ok: bash-tls-not-verified
wget --ca-certificate=own.pem https://example.com/key
# ruleid: bash-tls-not-verified
export NODE_TLS_REJECT_UNAUTHORIZED=0
# ok: bash-tls-not-verified
export NODE_TLS_REJECT_UNAUTHORIZED=1
# ruleid: bash-tls-not-verified
git config --global http.sslVerify false
# ok: bash-tls-not-verified
git config --global http.proxy none
