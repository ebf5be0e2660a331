#!/usr/bin/env bash
# A real Kafka for development and tests, without Docker.
set -euo pipefail

usage() {
  cat <<'HELP'
Usage: deploy/dev/kafka.sh start|stop|status [--dir DIR] [--port PORT]

Runs one Apache Kafka 4 node (KRaft) on loopback. Needs Java 17 and, the first time, Maven, which
fetches the broker's artifacts (43 MB) into .kafka/lib of the repository.

  start    format on first use, start, wait until ready; the last line of standard output is
           bootstrap=127.0.0.1:PORT, which DIR/bootstrap holds too. Fails if it already runs.
  stop     stop the node that was started in DIR and wait until it is gone
  status   print the bootstrap line and exit 0 if it runs, exit 1 if not

  --dir DIR     where this node keeps its data, log and process id (default: .kafka/dev in the
                repository); nodes in different directories run side by side
  --port PORT   port to listen on (default: a free one)

Environment: KAFKA_DEV_LIB (artifacts' directory), KAFKA_DEV_HEAP (default 512m),
KAFKA_DEV_WAIT (seconds to wait for readiness, default 90).
HELP
}

fail() { echo "kafka.sh: $*" >&2; exit 1; }
say() { echo "kafka.sh: $*" >&2; }

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../.." && pwd)
lib=${KAFKA_DEV_LIB:-$repository/.kafka/lib}
heap=${KAFKA_DEV_HEAP:-512m}
patience=${KAFKA_DEV_WAIT:-90}
directory=$repository/.kafka/dev
port=

[ $# -gt 0 ] || { usage >&2; exit 2; }
command=$1
shift
while [ $# -gt 0 ]; do
  case $1 in
    --dir) [ $# -ge 2 ] || { say "--dir needs a directory"; exit 2; }; directory=$2; shift 2 ;;
    --port) [ $# -ge 2 ] || { say "--port needs a number"; exit 2; }; port=$2; shift 2 ;;
    -h|--help) usage; exit 0 ;;
    *) say "unknown option $1"; usage >&2; exit 2 ;;
  esac
done

# The process id of the node in DIR, if that process is still the one we started.
running_pid() {
  local pid
  pid=$(cat "$directory/pid" 2>/dev/null) || return 1
  kill -0 "$pid" 2>/dev/null || return 1
  # An id may have been given to another process since.
  if [ -r "/proc/$pid/cmdline" ]; then
    tr '\0' ' ' < "/proc/$pid/cmdline" | grep -qF "$directory/server.properties" || return 1
  fi
  echo "$pid"
}

require_java() {
  command -v java >/dev/null || fail "java is missing; install a JDK or JRE, version 17 or newer"
  local major
  major=$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1)
  [ "${major:-0}" -ge 17 ] || fail "Kafka 4 needs Java 17 or newer, found version ${major:-unknown}"
}

# Fetches the artifacts once. Two nodes that start at the same time fetch into directories of
# their own, and the first to finish wins.
fetch() {
  local wanted="$lib/.complete-$(cksum < "$here/kafka/pom.xml" | cut -d ' ' -f 1)"
  [ -e "$wanted" ] && return
  command -v mvn >/dev/null || fail "mvn is missing; install Maven to fetch Kafka's artifacts"
  say "fetching Apache Kafka (43 MB, once)"
  mkdir -p "$(dirname "$lib")"
  local fresh
  fresh=$(mktemp -d "$(dirname "$lib")/fetch.XXXXXX")
  mvn -q -B -f "$here/kafka/pom.xml" dependency:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$fresh" >&2 \
    || { rm -rf "$fresh"; fail "Maven could not fetch Kafka; its messages stand above"; }
  touch "$fresh/$(basename "$wanted")"
  if [ -e "$wanted" ]; then
    rm -rf "$fresh"
    return
  fi
  rm -rf "$lib"
  mv -T "$fresh" "$lib" 2>/dev/null || rm -rf "$fresh"
}

# Prints a port that nobody listens on. The kernel's own choice for outgoing connections begins
# at 32768, so that ours is below.
free_port() {
  local candidate
  for _ in $(seq 200); do
    candidate=$((12000 + RANDOM % 20000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$candidate") 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  fail "found no free port"
}

write_settings() {
  local broker_port=$1 controller_port=$2
  sed -e "s|@PORT@|$broker_port|g" -e "s|@CONTROLLER_PORT@|$controller_port|g" \
    -e "s|@DATA@|$directory/data|g" "$here/kafka/server.properties" > "$directory/server.properties"
}

format() {
  [ -e "$directory/data/meta.properties" ] && return
  say "formatting $directory/data"
  local id
  id=$(java -cp "$lib/*" kafka.tools.StorageTool random-uuid 2>/dev/null | tail -n 1)
  java -cp "$lib/*" kafka.tools.StorageTool format -t "$id" -c "$directory/server.properties" \
    > "$directory/format.log" 2>&1 || fail "formatting failed; see $directory/format.log"
}

# Starts the broker in a session of its own, so that a Ctrl-C meant for the caller spares it.
launch() {
  # A former run's log must not pass for this one's.
  rm -f "$directory/kafka.log"
  setsid java "-Xms$heap" "-Xmx$heap" -XX:+ExitOnOutOfMemoryError \
    "-Dlog4j2.configurationFile=$here/kafka/log4j2.properties" \
    -cp "$lib/*" kafka.Kafka "$directory/server.properties" \
    > "$directory/kafka.log" 2>&1 < /dev/null &
  echo $! > "$directory/pid"
}

# Waits for the line that says the broker is ready. Exit status 1: it died.
wait_until_ready() {
  local pid=$1 waited=0
  until grep -q "Kafka Server started" "$directory/kafka.log" 2>/dev/null; do
    kill -0 "$pid" 2>/dev/null || return 1
    [ "$waited" -lt $((patience * 10)) ] \
      || { stop_node; fail "not ready after $patience s; see $directory/kafka.log"; }
    sleep 0.1
    waited=$((waited + 1))
  done
}

start_node() {
  mkdir -p "$directory"
  directory=$(cd "$directory" && pwd)
  if running_pid > /dev/null; then
    fail "already running in $directory at $(cat "$directory/bootstrap"); stop it first"
  fi
  require_java
  fetch
  # A port that was free a moment ago may be taken by now; another try finds another one.
  local attempt chosen
  for attempt in 1 2 3; do
    chosen=${port:-$(free_port)}
    write_settings "$chosen" "$(free_port)"
    format
    launch
    if wait_until_ready "$(cat "$directory/pid")"; then
      echo "bootstrap=127.0.0.1:$chosen" > "$directory/bootstrap"
      cat "$directory/bootstrap"
      return
    fi
    rm -f "$directory/pid"
    grep -qi "address already in use" "$directory/kafka.log" \
      || fail "the broker died at start; see $directory/kafka.log"
    [ -z "$port" ] || fail "port $port is taken"
  done
  fail "the broker found no free port in $attempt tries; see $directory/kafka.log"
}

stop_node() {
  directory=$(cd "$directory" 2>/dev/null && pwd) || { say "not running"; return; }
  local pid waited=0
  pid=$(running_pid) || { say "not running"; rm -f "$directory/pid"; return; }
  kill "$pid"
  while kill -0 "$pid" 2>/dev/null; do
    if [ "$waited" -eq 300 ]; then
      say "it did not stop within 30 s; killing it"
      kill -9 "$pid" 2>/dev/null || true
    fi
    sleep 0.1
    waited=$((waited + 1))
  done
  rm -f "$directory/pid" "$directory/bootstrap"
  say "stopped"
}

status_node() {
  directory=$(cd "$directory" 2>/dev/null && pwd) || { say "not running"; exit 1; }
  running_pid > /dev/null || { say "not running"; exit 1; }
  cat "$directory/bootstrap" 2>/dev/null || { say "starting"; exit 1; }
}

case $command in
  start) start_node ;;
  stop) stop_node ;;
  status) status_node ;;
  -h|--help|help) usage ;;
  *) say "unknown command $command"; usage >&2; exit 2 ;;
esac
