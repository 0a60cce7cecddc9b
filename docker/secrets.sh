#!/bin/sh
# Write docker/.env: .env.example with random secrets. One that is there is left alone.
set -eu
cd "$(dirname "$0")"
if [ -e .env ]; then
  echo "docker/.env is there already: remove it if its secrets are to go" >&2
  exit 1
fi
umask 077
while IFS= read -r line; do
  case $line in
    *=) printf '%s%s\n' "$line" "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')" ;;
    *) printf '%s\n' "$line" ;;
  esac
done <.env.example >.env
