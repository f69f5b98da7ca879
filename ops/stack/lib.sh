# What the services share: ports, processes, readiness. Sourced by ./stack.
# shellcheck shell=bash
# shellcheck disable=SC2154 # dir, cache, here, known and the ports' names are set by ./stack

die() {
  echo "stack: $*" >&2
  exit 1
}

# find_services NAME…: sets services to those of that name; `kafka` means all of its nodes.
find_services() {
  local name service before
  services=()
  for name; do
    before=${#services[@]}
    for service in "${known[@]}"; do
      case $name in "$service" | "${service%-*}") services+=("$service") ;; esac
    done
    [ "${#services[@]}" -gt "$before" ] || die "no service $name (${known[*]})"
  done
}

# part SERVICE WHAT: what one of the services' own files says about it.
part() { "${1%-*}_$2" "$1"; }

# key SERVICE: how the service is called among the ports.
key() {
  local name=${1^^}
  echo "${name//-/_}"
}

# need COMMAND PACKAGE: installs the Debian package when the command is missing.
need() {
  command -v "$1" >/dev/null && return
  command -v apt-get >/dev/null || die "$1 is missing: install the package $2"
  echo "stack: installing $2" >&2
  local sudo=()
  [ "$(id -u)" = 0 ] || sudo=(sudo)
  { "${sudo[@]}" apt-get update -qq && "${sudo[@]}" apt-get install -y -qq "$2"; } >"$dir/apt.log" 2>&1 ||
    die "installing $2: $(tail -n 5 "$dir/apt.log")"
}

# load_ports sets port[NAME]: those written down by an earlier `up` first, so that a
# running stack is found again; else the environment's, else a free one or the default.
declare -A port
load_ports() {
  local i name variable
  if [ -f "$dir/ports" ]; then
    while IFS='=' read -r name value; do port[$name]=$value; done <"$dir/ports"
    return
  fi
  for i in "${!port_names[@]}"; do
    name=${port_names[i]} variable=SLUICE_STACK_${port_names[i]}_PORT
    if [ -n "${!variable:-}" ]; then
      port[$name]=${!variable}
    elif [ "${SLUICE_STACK_PORTS:-}" = free ]; then
      port[$name]=$(free_port)
    else
      port[$name]=${port_defaults[i]}
    fi
  done
}

save_ports() {
  for name in "${port_names[@]}"; do echo "$name=${port[$name]}"; done >"$dir/ports"
}

# free_port prints a port that nobody listens on, below the range that the kernel gives
# to outgoing connections, so that none of those takes it meanwhile.
free_port() {
  local candidate
  while :; do
    candidate=$((20000 + RANDOM % 12000))
    case " ${port[*]} " in *" $candidate "*) continue ;; esac
    listening "$candidate" || break
  done
  echo "$candidate"
}

# unused waits a moment: the threads of a process that was killed may outlive it by some milliseconds.
unused() {
  for _ in {1..20}; do
    listening "$1" || return 0
    sleep 0.1
  done
  return 1
}

listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# launch SERVICE COMMAND…: starts it in the background, in its own session and directory.
# The directory is also how alive() knows the process again: a pid alone may be reused.
launch() {
  local service=$1 name mine
  shift
  mine=$(key "$service")
  for name in "${port_names[@]}"; do
    case $name in "$mine" | "$mine"_*)
      unused "${port[$name]}" ||
        die "port ${port[$name]} is taken: set SLUICE_STACK_${name}_PORT, or SLUICE_STACK_PORTS=free" ;;
    esac
  done
  save_ports
  [ ! -f "$dir/$service/log" ] || mv "$dir/$service/log" "$dir/$service/log.before"
  cd "$dir/$service" || exit
  setsid "$@" </dev/null >log 2>&1 9>&- &
  echo $! >pid
  cd "$OLDPWD" || exit
}

# stay keeps a Java process in its directory: while it looks for the performance data of ended ones, for a
# moment early in its life, it is in theirs, and alive() would say that it has ended.
# shellcheck disable=SC2034 # kafka.sh and elastic.sh put it first
readonly stay=-XX:-UsePerfData

alive() {
  [ -f "$dir/$1/pid" ] && [ "$(readlink "/proc/$(cat "$dir/$1/pid")/cwd")" = "$dir/$1" ]
}

# await SERVICE: returns when it answers; fails, with the end of its log, when it ends
# or does not answer within SLUICE_STACK_WAIT seconds.
await() {
  local deadline=$((SECONDS + ${SLUICE_STACK_WAIT:-120}))
  until part "$1" ready; do
    alive "$1" || not_up "$1" "ended while starting"
    [ $SECONDS -lt $deadline ] || not_up "$1" "does not answer after ${SLUICE_STACK_WAIT:-120} s"
    sleep 0.2
  done
}

not_up() {
  echo "stack: $1 $2; the end of $dir/$1/log:" >&2
  tail -n 30 "$dir/$1/log" >&2
  exit 1
}

# halt SIGNAL SERVICE…: returns when the processes have gone; one that ignores TERM is killed.
halt() {
  local signal=$1 service deadline
  shift
  for service; do
    if alive "$service"; then kill -s "$signal" "$(cat "$dir/$service/pid")"; fi
  done
  deadline=$((SECONDS + ${SLUICE_STACK_WAIT:-120}))
  for service; do
    while alive "$service"; do
      if [ $SECONDS -ge $deadline ]; then
        echo "stack: $service ignores SIG$signal: killing it" >&2
        kill -s KILL "$(cat "$dir/$service/pid")"
        deadline=$((SECONDS + 10))
      fi
      sleep 0.1
    done
    rm -f "$dir/$service/pid"
  done
}

print_status() {
  for service in "${known[@]}"; do
    if alive "$service"; then
      echo "$service up: $(part "$service" where), pid $(cat "$dir/$service/pid")"
    else
      echo "$service down"
    fi
  done
}

# jars POM NAME: copies the artifacts of a pom into the cache, once, and all or none. Stacks that
# share a cache take turns.
jars() {
  [ -d "$cache/$2" ] && return
  command -v mvn >/dev/null || die "mvn is missing: install Maven"
  exec 8>"$cache/lock"
  flock 8
  [ -d "$cache/$2" ] || fetch_jars "$1" "$2"
  exec 8>&-
}

# fetch_jars tries twice: a registry that is busy for a moment must not end a whole run.
fetch_jars() {
  local part=$cache/$2.part try
  for try in 1 2; do
    rm -rf "$part"
    echo "stack: fetching $2" >&2
    if mvn -q -B -f "$here/$1" dependency:copy-dependencies -DoutputDirectory="$part" >&2; then
      mv "$part" "$cache/$2"
      return
    fi
    [ "$try" = 2 ] || sleep 5
  done
  die "fetching $2: Maven has failed twice"
}
