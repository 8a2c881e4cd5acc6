#!/usr/bin/env bash
# Runs Envoy in front of the service at the port that is the argument, and prints its own. The script `build` replaces the word in
# capitals.
set -euo pipefail
listen=$(python3 -c 'import socket; it = socket.socket(); it.bind(("127.0.0.1", 0)); print(it.getsockname()[1])')
sed "s|LISTEN|$listen|; s|BACKEND|$1|" WORK/envoy.yaml >"WORK/envoy-$listen.yaml"
echo "$listen"
exec WORK/venv/bin/envoy --config-path "WORK/envoy-$listen.yaml" --use-dynamic-base-id --concurrency 1 2>WORK/envoy.log
