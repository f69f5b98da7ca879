package e2e

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/IBM/sarama"
	goredis "github.com/redis/go-redis/v9"

	"sluice/internal/stacktest"
)

// partitions of the topics that the tests make.
const partitions = 4

// site is one installation of sluice on the real servers, with names of its own. All that
// it made is gone when its test ends.
type site struct {
	t       *testing.T
	prefix  string // before every topic, group, index and template
	brokers []string
	elastic string // URL
	redis   string // host:port
	store   *store
	client  sarama.Client
	admin   sarama.ClusterAdmin
	extra   []string // environment of every process, stronger than the site's own
}

// newSite waits for nothing: it needs both servers to be up, and skips its test without them.
func newSite(t *testing.T, env ...string) *site {
	t.Helper()
	noticeSources(t)
	s := &site{t: t, brokers: stacktest.Kafka(t), elastic: strings.TrimRight(stacktest.Elastic(t)[0], "/"), redis: stacktest.Redis(t), extra: env}
	var tail [4]byte
	if _, err := rand.Read(tail[:]); err != nil {
		t.Fatal(err)
	}
	s.prefix = "e2e-" + hex.EncodeToString(tail[:]) + "-"
	s.store = newStore(t, s.elastic)
	conf := sarama.NewConfig()
	conf.ClientID = "e2e"
	conf.Producer.RequiredAcks, conf.Producer.Return.Successes = sarama.WaitForAll, true
	client, err := sarama.NewClient(s.brokers, conf)
	if err != nil {
		t.Fatalf("reaching Kafka: %v", err)
	}
	s.client = client
	if s.admin, err = sarama.NewClusterAdminFromClient(client); err != nil {
		t.Fatalf("reaching Kafka: %v", err)
	}
	t.Cleanup(s.remove) // runs after the processes have been killed: they are started later
	return s
}

// environment is what every process of the site gets.
func (s *site) environment() []string {
	return append(append(cleanEnvironment(),
		"SLUICE_KAFKA_BROKERS="+strings.Join(s.brokers, ","), "SLUICE_ELASTIC_URLS="+s.elastic,
		"SLUICE_REDIS_ADDRS="+s.redis, "SLUICE_KEY_PREFIX="+s.prefix,
		"SLUICE_TOPIC_PREFIX="+s.prefix, "SLUICE_INDEX_PREFIX="+s.prefix, "SLUICE_INDEX_REPLICAS=0", "SLUICE_TOPIC_PARTITIONS="+strconv.Itoa(partitions),
		"SLUICE_LOG_FORMAT=json",
	), s.extra...)
}

// cleanEnvironment is ours without settings: a developer's own are not the test's.
func cleanEnvironment() []string {
	return slices.DeleteFunc(os.Environ(), func(pair string) bool { return strings.HasPrefix(pair, "SLUICE_") })
}

// setup makes topics, templates and indices, by the command that an operator uses.
func (s *site) setup() *site {
	s.t.Helper()
	if code, out := s.run(nil, "setup"); code != 0 {
		s.t.Fatalf("setup ended with %d: %s", code, out)
	}
	return s
}

// remove deletes all that bears the site's prefix.
func (s *site) remove() {
	topics, err := s.admin.ListTopics()
	if err != nil {
		s.t.Errorf("listing topics: %v", err)
	}
	for name := range topics {
		if strings.HasPrefix(name, s.prefix) {
			if err := s.admin.DeleteTopic(name); err != nil {
				s.t.Errorf("deleting topic %s: %v", name, err)
			}
		}
	}
	groups, err := s.admin.ListConsumerGroups()
	if err != nil {
		s.t.Errorf("listing groups: %v", err)
	}
	for name := range groups {
		if strings.HasPrefix(name, s.prefix) {
			s.deleteGroup(name)
		}
	}
	s.store.remove(s.prefix)
	s.removeKeys()
	if err := s.admin.Close(); err != nil {
		s.t.Errorf("closing the client: %v", err)
	}
}

// removeKeys deletes what is in Redis.
func (s *site) removeKeys() {
	client := goredis.NewClient(&goredis.Options{Addr: s.redis})
	keys := client.Scan(context.Background(), 0, s.prefix+"*", 1000).Iterator()
	for keys.Next(context.Background()) {
		if err := client.Del(context.Background(), keys.Val()).Err(); err != nil {
			s.t.Errorf("deleting a key: %v", err)
		}
	}
	if err := errors.Join(keys.Err(), client.Close()); err != nil {
		s.t.Errorf("deleting keys: %v", err)
	}
}

// deleteGroup deletes a group as soon as its dead members' session has ended.
func (s *site) deleteGroup(name string) {
	until(s.t, "group "+name+" to be deleted", func() error { return s.admin.DeleteConsumerGroup(name) })
}

// noticeSources looks at every file of the product. The go command remembers what a test
// looked at: without this it would repeat a result after the binary has changed.
func noticeSources(t *testing.T) {
	t.Helper()
	for _, tree := range []string{"cmd", "internal", "pipelines", "schemas", "sinks"} {
		err := filepath.WalkDir(filepath.Join("..", "..", tree), func(path string, _ fs.DirEntry, err error) error {
			_, missing := os.Stat(path)
			return errors.Join(err, missing)
		})
		if err != nil {
			t.Fatalf("looking at the sources: %v", err)
		}
	}
}
