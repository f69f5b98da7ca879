package stage

import (
	"os"
	"slices"
	"strconv"
	"strings"
)

// Direct is the environment of who goes direct to the servers.
func (s *Stage) Direct() []string {
	return s.environment(s.house.Brokers(), s.house.Elastic(), s.redisAt(true))
}

// through is the environment of who is tried: it knows the ways and nothing else.
func (s *Stage) through() []string {
	var brokers []string
	for _, way := range s.Ways("kafka") {
		brokers = append(brokers, way.Address())
	}
	return s.environment(brokers, s.store.URL(), s.redisAt(false))
}

func (s *Stage) environment(brokers []string, elastic string, redis []string) []string {
	env := append(clean(os.Environ()),
		"SLUICE_KAFKA_BROKERS="+strings.Join(brokers, ","), "SLUICE_ELASTIC_URLS="+elastic,
		"SLUICE_TOPIC_PREFIX="+s.cast.Prefix, "SLUICE_INDEX_PREFIX="+s.cast.Prefix, "SLUICE_KEY_PREFIX="+s.cast.Prefix,
		"SLUICE_TOPIC_PARTITIONS="+strconv.Itoa(s.cast.Partitions), "SLUICE_TOPIC_REPLICAS=3", "SLUICE_TOPIC_MIN_ISR=2",
		"SLUICE_INDEX_REPLICAS=0", "SLUICE_LOG_FORMAT=json")
	env = append(env, redis...)
	for name, value := range s.cast.Env {
		env = append(env, name+"="+value) // the last of a name counts
	}
	return env
}

// clean is an environment without settings of sluice: the caller's own are not the drill's.
func clean(environ []string) []string {
	return slices.DeleteFunc(environ, func(pair string) bool { return strings.HasPrefix(pair, "SLUICE_") })
}
