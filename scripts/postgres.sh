# Sourced by scripts/test and scripts/bench: a throw-away PostgreSQL, in a temporary folder.
# shellcheck shell=bash

# The folder of initdb, pg_ctl and createdb: Debian keeps the first two out of PATH.
postgres_bin() {
  local initdb
  initdb="$(find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1)"
  if [ -z "$initdb" ] && initdb="$(command -v initdb)"; then
    initdb="$(readlink -f "$initdb")"
  fi
  if [ -n "$initdb" ]; then dirname "$initdb"; fi
}

cluster=""
as_owner=()
stop_postgres() {
  if [ -n "$cluster" ]; then
    "${as_owner[@]}" "$bin/pg_ctl" --pgdata "$cluster/data" --mode immediate stop >/dev/null 2>&1 || true
    rm -rf "$cluster"
    cluster=""
  fi
}

# A cluster in a temporary folder, reached by a socket that nobody else can open; gone at exit. Its
# arguments are options of the server. Its address is then in $postgres_url.
start_postgres() {
  bin="$(postgres_bin)"
  # Under /tmp whatever TMPDIR says: the path of a socket holds 107 bytes at most.
  cluster="$(mktemp -d /tmp/mallette-pg.XXXXXX)"
  trap stop_postgres EXIT
  trap 'exit 130' INT TERM
  if [ "$(id -u)" -eq 0 ]; then
    # PostgreSQL refuses to run as root.
    local owner=postgres
    id "$owner" >/dev/null 2>&1 || owner=nobody
    chown "$owner" "$cluster"
    as_owner=(runuser -u "$owner" --)
  fi
  local port=$((20000 + RANDOM % 40000)) log="$cluster/log"
  # Joined by `&&`: inside a condition the shell would not stop at the first failure.
  if ! (
    cd "$cluster" &&
      "${as_owner[@]}" "$bin/initdb" --pgdata "$cluster/data" --username mallette --auth trust \
        --encoding UTF8 --locale C --no-sync >"$cluster/setup.log" 2>&1 &&
      "${as_owner[@]}" "$bin/pg_ctl" --pgdata "$cluster/data" --log "$log" --wait start \
        --options "-c listen_addresses='' -c unix_socket_directories='$cluster' -p $port $*" \
        >>"$cluster/setup.log" 2>&1 &&
      "${as_owner[@]}" "$bin/createdb" --host "$cluster" --port "$port" --username mallette mallette
  ); then
    echo "the throw-away PostgreSQL did not start:" >&2
    cat "$cluster/setup.log" "$log" >&2 2>/dev/null || true
    exit 1
  fi
  # Read by who sources this.
  # shellcheck disable=SC2034
  postgres_url="postgres://mallette@localhost:$port/mallette?host=$cluster"
}
