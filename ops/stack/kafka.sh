# Apache Kafka in KRaft mode: one node with a plain listener and one with TLS and SASL, or
# the three of kafka-nodes.sh. Sourced by ./stack.
# shellcheck shell=bash
# shellcheck disable=SC2154 # dir, cache, here, known and port are set by ./stack and lib.sh

kafka_user=sluice

# kafka_series prints 4.1 or 3.9: that of the data if there is any, else as STACK_KAFKA asks.
kafka_series() {
  local asked=${STACK_KAFKA:-} held=
  [ ! -f "$dir/${known[0]}/series" ] || held=$(cat "$dir/${known[0]}/series")
  if [ -n "$asked" ] && [ -n "$held" ] && [ "$asked" != "$held" ]; then
    die "$dir holds data of Kafka $held, and STACK_KAFKA asks for $asked: stack down first"
  fi
  held=${held:-${asked:-4.1}}
  kafka_version "$held" >/dev/null
  echo "$held"
}

kafka_version() {
  case $1 in
    4.1) echo 4.1.0 ;;
    3.9) echo 3.9.1 ;;
    *) die "STACK_KAFKA is $1: 4.1 and 3.9 are known" ;;
  esac
}

kafka_java() {
  local series=$1 options logging=-Dlog4j2.configurationFile=$here/log4j2.properties
  [ "$series" = 4.1 ] || logging=-Dlog4j.configuration=file:$here/log4j.properties
  read -ra options <<<"${SLUICE_STACK_KAFKA_JAVA_OPTS:-$2}"
  java=(java "$stay" "${options[@]}" "$logging" -cp "$cache/kafka-$(kafka_version "$series")/*")
}

kafka_fetch() {
  local series
  series=$(kafka_series)
  jars "pom-kafka-$series.xml" "kafka-$(kafka_version "$series")"
}

# kafka_start SERVICE: the one node, kafka, or one of the three, kafka-N.
kafka_start() {
  local series
  series=$(kafka_series)
  mkdir -p "$dir/$1"
  if [ "$1" = kafka ]; then
    [ -f "$dir/kafka/tls/server.pem" ] || kafka_certificates
    [ -f "$dir/kafka/sasl-user" ] || echo "$kafka_user $(openssl rand -hex 16)" >"$dir/kafka/sasl-user"
    kafka_properties
    kafka_java "$series" -Xmx1g
  else
    node_properties "${1#kafka-}"
    kafka_java "$series" "$node_java_opts"
  fi
  [ -f "$dir/$1/series" ] || kafka_format "$1" "$series"
  launch "$1" "${java[@]}" kafka.Kafka server.properties
}

kafka_password() { cut -d ' ' -f 2 "$dir/kafka/sasl-user"; }

kafka_properties() {
  sed -e "s#@DIR@#$dir/kafka#g" -e "s#@USER@#$kafka_user#g" -e "s#@PASSWORD@#$(kafka_password)#g" \
    -e "s#@KAFKA@#${port[KAFKA]}#g" -e "s#@KAFKA_SASL@#${port[KAFKA_SASL]}#g" \
    -e "s#@KAFKA_CONTROLLER@#${port[KAFKA_CONTROLLER]}#g" \
    "$here/kafka.properties" >"$dir/kafka/server.properties"
}

# kafka_format SERVICE SERIES: prepares the data directory; the file `series` is written last and marks it.
kafka_format() {
  local home=$dir/$1 log=$dir/$1/format.log mechanism scram=() features=() id
  # With eligible leader replicas on, Kafka 4.1's controllers came to refuse every broker after topics were deleted and brokers
  # killed: "Topic ID … existed in isrMembers, but not in the topics map". With them off the same drills passed.
  [ "$2" = 3.9 ] || features=(--feature eligible.leader.replicas.version=0)
  if [ "$1" = kafka ]; then
    for mechanism in SCRAM-SHA-256 SCRAM-SHA-512; do
      scram+=(--add-scram "$mechanism=[name=$kafka_user,password=$(kafka_password)]")
    done
  fi
  rm -rf "$home/data"
  if [ ! -f "$dir/cluster-id" ]; then
    id=$("${java[@]}" kafka.tools.StorageTool random-uuid 2>"$log" | tail -n 1) ||
      die "making a cluster id: $(tail -n 5 "$log")"
    echo "$id" >"$dir/cluster-id"
  fi
  "${java[@]}" kafka.tools.StorageTool format -t "$(cat "$dir/cluster-id")" -c "$home/server.properties" \
    "${scram[@]}" "${features[@]}" >>"$log" 2>&1 || die "formatting Kafka's data: $(tail -n 5 "$log")"
  echo "$2" >"$home/series"
}

# kafka_certificates makes an authority and, signed by it, the broker's key for loopback.
kafka_certificates() {
  need openssl openssl
  local tls=$dir/kafka/tls
  mkdir -p "$tls"
  {
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=sluice stack authority" \
      -keyout "$tls/ca.key" -out "$tls/ca.pem"
    openssl req -newkey rsa:2048 -nodes -subj "/CN=localhost" \
      -keyout "$tls/server.key" -out "$tls/server.csr"
    openssl x509 -req -in "$tls/server.csr" -CA "$tls/ca.pem" -CAkey "$tls/ca.key" -CAcreateserial \
      -days 3650 -extfile <(echo "subjectAltName=DNS:localhost,IP:127.0.0.1") -out "$tls/server.crt"
  } >"$tls/openssl.log" 2>&1 || die "making certificates: $(tail -n 5 "$tls/openssl.log")"
  cat "$tls/server.key" "$tls/server.crt" "$tls/ca.pem" >"$tls/server.pem"
}

# The line comes last, after all listeners are open.
kafka_ready() { grep -q 'Kafka Server started' "$dir/$1/log"; }

kafka_where() {
  local version
  version=$(kafka_version "$(cat "$dir/$1/series")")
  if [ "$1" = kafka ]; then
    echo "127.0.0.1:${port[KAFKA]}, TLS and SASL on :${port[KAFKA_SASL]} ($version)"
  else
    node_where "${1#kafka-}" "$version"
  fi
}

kafka_env() {
  if [ "$1" != kafka ]; then
    node_env "${1#kafka-}"
    return
  fi
  echo "export SLUICE_TEST_KAFKA=127.0.0.1:${port[KAFKA]}"
  echo "export SLUICE_TEST_KAFKA_VERSION=$(kafka_version "$(kafka_series)")"
  echo "export SLUICE_TEST_KAFKA_SASL=127.0.0.1:${port[KAFKA_SASL]}"
  echo "export SLUICE_TEST_KAFKA_CA=$dir/kafka/tls/ca.pem"
  echo "export SLUICE_TEST_KAFKA_USER=$kafka_user"
  echo "export SLUICE_TEST_KAFKA_PASSWORD=$(kafka_password)"
}
