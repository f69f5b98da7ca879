# Apache Kafka in KRaft mode: one plain listener, one with TLS and SASL. Sourced by ./stack.
# shellcheck shell=bash
# shellcheck disable=SC2154 # dir, cache, here and port are set by ./stack and lib.sh

kafka_user=sluice

# kafka_series prints 4.1 or 3.9: that of the data if there is any, else as STACK_KAFKA asks.
kafka_series() {
  local asked=${STACK_KAFKA:-} held=
  [ ! -f "$dir/kafka/series" ] || held=$(cat "$dir/kafka/series")
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
  read -ra options <<<"${SLUICE_STACK_KAFKA_JAVA_OPTS:--Xmx1g}"
  java=(java "${options[@]}" "$logging" -cp "$cache/kafka-$(kafka_version "$series")/*")
}

kafka_fetch() {
  local series
  series=$(kafka_series)
  jars "pom-kafka-$series.xml" "kafka-$(kafka_version "$series")"
}

kafka_start() {
  local series
  series=$(kafka_series)
  mkdir -p "$dir/kafka"
  [ -f "$dir/kafka/tls/server.pem" ] || kafka_certificates
  [ -f "$dir/kafka/sasl-user" ] || echo "$kafka_user $(openssl rand -hex 16)" >"$dir/kafka/sasl-user"
  kafka_properties
  kafka_java "$series"
  [ -f "$dir/kafka/series" ] || kafka_format "$series"
  launch kafka "${java[@]}" kafka.Kafka server.properties
}

kafka_password() { cut -d ' ' -f 2 "$dir/kafka/sasl-user"; }

kafka_properties() {
  sed -e "s#@DIR@#$dir/kafka#g" -e "s#@USER@#$kafka_user#g" -e "s#@PASSWORD@#$(kafka_password)#g" \
    -e "s#@KAFKA@#${port[KAFKA]}#g" -e "s#@KAFKA_SASL@#${port[KAFKA_SASL]}#g" \
    -e "s#@KAFKA_CONTROLLER@#${port[KAFKA_CONTROLLER]}#g" \
    "$here/kafka.properties" >"$dir/kafka/server.properties"
}

# kafka_format prepares the data directory; the file `series` is written last and marks it.
kafka_format() {
  local log=$dir/kafka/format.log mechanism scram=() id
  for mechanism in SCRAM-SHA-256 SCRAM-SHA-512; do
    scram+=(--add-scram "$mechanism=[name=$kafka_user,password=$(kafka_password)]")
  done
  rm -rf "$dir/kafka/data"
  id=$("${java[@]}" kafka.tools.StorageTool random-uuid 2>"$log" | tail -n 1) ||
    die "making a cluster id: $(tail -n 5 "$log")"
  "${java[@]}" kafka.tools.StorageTool format -t "$id" -c "$dir/kafka/server.properties" \
    "${scram[@]}" >>"$log" 2>&1 || die "formatting Kafka's data: $(tail -n 5 "$log")"
  echo "$1" >"$dir/kafka/series"
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

# The line comes last, after both listeners are open.
kafka_ready() { grep -q 'Kafka Server started' "$dir/kafka/log"; }

kafka_where() {
  echo "127.0.0.1:${port[KAFKA]}, TLS and SASL on :${port[KAFKA_SASL]} ($(kafka_version "$(cat "$dir/kafka/series")"))"
}

kafka_env() {
  echo "export SLUICE_TEST_KAFKA=127.0.0.1:${port[KAFKA]}"
  echo "export SLUICE_TEST_KAFKA_SASL=127.0.0.1:${port[KAFKA_SASL]}"
  echo "export SLUICE_TEST_KAFKA_CA=$dir/kafka/tls/ca.pem"
  echo "export SLUICE_TEST_KAFKA_USER=$kafka_user"
  echo "export SLUICE_TEST_KAFKA_PASSWORD=$(kafka_password)"
}
