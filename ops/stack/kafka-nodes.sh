# Three Kafka nodes, SLUICE_STACK_KAFKA_NODES=3: each is broker and controller, listens once
# plainly and once to be reached by way of a proxy. Sourced by ./stack.
# shellcheck shell=bash
# shellcheck disable=SC2154 # dir, here and port are set by ./stack and lib.sh
# shellcheck disable=SC2034 # known, port_names, port_defaults and node_java_opts are read there

node_java_opts='-Xms128m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1'

# count_nodes sets known, and which ports there are: one Kafka node or three, as the first `up` was asked.
count_nodes() {
  local asked=${SLUICE_STACK_KAFKA_NODES:-} held=
  if [ -f "$dir/ports" ]; then
    held=1
    if grep -q '^KAFKA_1=' "$dir/ports"; then held=3; fi
  fi
  if [ -n "$asked" ] && [ -n "$held" ] && [ "$asked" != "$held" ]; then
    die "$dir has $held Kafka nodes, and SLUICE_STACK_KAFKA_NODES asks for $asked: stack down first"
  fi
  case ${held:-${asked:-1}} in
    1)
      known=(kafka elastic redis)
      port_names=(KAFKA KAFKA_SASL KAFKA_CONTROLLER)
      port_defaults=(29092 29094 29093)
      ;;
    3)
      known=(kafka-1 kafka-2 kafka-3 elastic redis)
      port_names=(KAFKA_{1,2,3} KAFKA_{1,2,3}_CONTROLLER KAFKA_{1,2,3}_PROXIED WAY_KAFKA_{1,2,3})
      port_defaults=(29101 29102 29103 29111 29112 29113 29121 29122 29123 29131 29132 29133)
      ;;
    *) die "SLUICE_STACK_KAFKA_NODES is $asked: 1 and 3 are known" ;;
  esac
  port_names+=(ELASTIC ELASTIC_TRANSPORT REDIS)
  port_defaults+=(29200 29300 29379)
}

node_properties() {
  local voters
  voters=1@127.0.0.1:${port[KAFKA_1_CONTROLLER]},2@127.0.0.1:${port[KAFKA_2_CONTROLLER]},3@127.0.0.1:${port[KAFKA_3_CONTROLLER]}
  sed -e "s#@DIR@#$dir/kafka-$1#g" -e "s#@NODE@#$1#g" -e "s#@VOTERS@#$voters#g" \
    -e "s#@KAFKA@#${port[KAFKA_$1]}#g" -e "s#@CONTROLLER@#${port[KAFKA_$1_CONTROLLER]}#g" \
    -e "s#@PROXIED@#${port[KAFKA_$1_PROXIED]}#g" -e "s#@WAY@#${port[WAY_KAFKA_$1]}#g" \
    "$here/kafka-node.properties" >"$dir/kafka-$1/server.properties"
}

node_where() {
  echo "127.0.0.1:${port[KAFKA_$1]}, for a proxy at :${port[WAY_KAFKA_$1]} on :${port[KAFKA_$1_PROXIED]} ($2)"
}

# node_env prints where all of them are, whether they run or not, and this one's three places.
node_env() {
  local name=SLUICE_TEST_KAFKA_$1
  echo "export SLUICE_TEST_KAFKA=127.0.0.1:${port[KAFKA_1]},127.0.0.1:${port[KAFKA_2]},127.0.0.1:${port[KAFKA_3]}"
  echo "export SLUICE_TEST_KAFKA_VERSION=$(kafka_version "$(kafka_series)")"
  echo "export $name=127.0.0.1:${port[KAFKA_$1]}"
  echo "export ${name}_PROXIED=127.0.0.1:${port[KAFKA_$1_PROXIED]}"
  echo "export ${name}_WAY=127.0.0.1:${port[WAY_KAFKA_$1]}"
}
