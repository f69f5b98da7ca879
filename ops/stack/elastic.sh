# Elasticsearch, run from its Maven artifacts by ElasticNode.java. Sourced by ./stack.
# These are the server and its HTTP transport: no x-pack (security, ILM), no modules.
# shellcheck shell=bash
# shellcheck disable=SC2154 # dir, cache, here and port are set by ./stack and lib.sh

elastic_version=8.19.5

# elastic_fetch splits the jars: the transport is a plug-in and has to lie in its own place. It
# compiles ElasticNode once, so that no start has to.
elastic_fetch() {
  local jars=elastic-$elastic_version home=$dir/elastic/home module
  jars pom-elastic.xml "$jars"
  module=$home/modules/transport-netty4
  [ -f "$module/plugin-descriptor.properties" ] && [ -f "$dir/elastic/classes/ElasticNode.class" ] && return
  mkdir -p "$module" "$home/config" "$dir/elastic/core"
  ln -sf "$cache/$jars"/*.jar "$dir/elastic/core/"
  rm -f "$dir"/elastic/core/{transport-netty4,netty}-*.jar
  javac -cp "$dir/elastic/core/*" -d "$dir/elastic/classes" "$here/ElasticNode.java" >"$dir/elastic/javac.log" 2>&1 ||
    die "compiling ElasticNode: $(tail -n 5 "$dir/elastic/javac.log")"
  cp "$cache/$jars"/{transport-netty4,netty}-*.jar "$module/"
  cat >"$module/plugin-descriptor.properties" <<TEXT
description=Netty 4 transport
version=$elastic_version
elasticsearch.version=$elastic_version
name=transport-netty4
classname=org.elasticsearch.transport.netty4.Netty4Plugin
java.version=17
TEXT
}

elastic_start() {
  local options
  read -ra options <<<"${SLUICE_STACK_ELASTIC_JAVA_OPTS:--Xms1g -Xmx2g}"
  launch elastic java "$stay" "${options[@]}" -cp "$dir/elastic/classes:$dir/elastic/core/*" ElasticNode \
    "$dir/elastic/home" "${port[ELASTIC]}" "${port[ELASTIC_TRANSPORT]}"
}

# Ready is when the cluster's health is at least yellow: all primaries are there again.
elastic_ready() {
  local answer=
  { exec 3<>"/dev/tcp/127.0.0.1/${port[ELASTIC]}" &&
    printf 'GET /_cluster/health?wait_for_status=yellow&timeout=1s HTTP/1.0\r\n\r\n' >&3 &&
    IFS= read -r -t 5 answer <&3; } 2>/dev/null
  exec 3>&-
  case $answer in "HTTP/1."?" 200"*) return 0 ;; *) return 1 ;; esac
}

elastic_where() { echo "http://127.0.0.1:${port[ELASTIC]} ($elastic_version)"; }

elastic_env() {
  echo "export SLUICE_TEST_ELASTIC=http://127.0.0.1:${port[ELASTIC]}"
  echo "export SLUICE_TEST_ELASTIC_VERSION=$elastic_version"
}
