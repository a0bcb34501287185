#!/usr/bin/env bash
# Makes the benchmark's image: Debian 12 with Python, Node, npm and a compiler, of about 800 MB in one layer.
#   bench/mkimage.sh FOLDER    writes FOLDER/debian.tar (as docker save does) and FOLDER/app.tar, a second image on the same base
# Needs root, mmdebstrap and a Docker engine; apt sources and options are the machine's own.
set -euo pipefail
out=$(mkdir -p "$1" && cd "$1" && pwd)
docker=${DOCKER:-/usr/bin/docker}
name=drydock-bench:debian
sources=${DEBIAN_SOURCES:-/etc/apt/sources.list.d/debian.sources}

apt=()
for f in /etc/apt/apt.conf.d/99*; do
  [ -f "$f" ] || continue
  while read -r line; do [ -z "$line" ] || apt+=(--aptopt="$line"); done <"$f"
done

if [ ! -f "$out/debian.tar" ]; then
  mmdebstrap --quiet --variant=minbase --mode=root "${apt[@]}" \
    --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
    --include=usr-is-merged,python3,python3-pip,python3-requests,python3-yaml,python3-numpy,python3-cryptography,python3-django,nodejs,npm,gcc,g++,make,git,curl,openssl,perl,ca-certificates,procps \
    --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*.bin' \
    bookworm "$out/root.tar" "$sources"
  "$docker" import -c 'CMD ["bash"]' "$out/root.tar" "$name" >/dev/null
  rm "$out/root.tar"
  "$docker" save -o "$out/debian.tar.part" "$name"
  mv "$out/debian.tar.part" "$out/debian.tar"
fi

if [ ! -f "$out/app.tar" ]; then
  "$docker" image inspect "$name" >/dev/null 2>&1 || "$docker" load -q -i "$out/debian.tar" >/dev/null
  "$docker" build -q -t drydock-bench:app - >/dev/null <<'X'
FROM drydock-bench:debian
RUN mkdir -p /app/node_modules/left-pad && printf '{"name":"left-pad","version":"1.3.0"}' >/app/node_modules/left-pad/package.json
X
  "$docker" save -o "$out/app.tar.part" drydock-bench:app
  mv "$out/app.tar.part" "$out/app.tar"
fi
