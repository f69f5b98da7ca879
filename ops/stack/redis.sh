# Redis from the Debian package, with its append-only file. Sourced by ./stack.
# shellcheck shell=bash
# shellcheck disable=SC2154 # dir and port are set by ./stack and lib.sh

redis_fetch() { need redis-server redis-server; }

redis_start() {
  mkdir -p "$dir/redis"
  launch redis redis-server --port "${port[REDIS]}" --bind 127.0.0.1 --dir "$dir/redis" \
    --appendonly yes --save ''
}

# While Redis loads its file it answers -LOADING, so PONG means ready.
redis_ready() {
  local answer=
  { exec 3<>"/dev/tcp/127.0.0.1/${port[REDIS]}" && printf 'PING\r\n' >&3 && IFS= read -r -t 2 answer <&3; } 2>/dev/null
  exec 3>&-
  [ "$answer" = $'+PONG\r' ]
}

redis_where() { echo "127.0.0.1:${port[REDIS]}"; }

redis_env() { echo "export SLUICE_TEST_REDIS=127.0.0.1:${port[REDIS]}"; }
