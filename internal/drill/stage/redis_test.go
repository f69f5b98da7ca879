package stage

import (
	"slices"
	"testing"

	"sluice/internal/drill/script"
)

func TestSluiceIsToldHowRedisIsLaidOut(t *testing.T) {
	house := &House{
		servers: []*Server{{Name: "elastic", address: "e:1"}, {Name: "redis", address: "r:1"}},
		ways:    []*Way{{Name: "elastic", address: "w:1"}, {Name: "redis", address: "w:2"}},
	}
	fleet := &Fleet{servers: []*Server{{Name: "redis-1", address: "r:2"}, {Name: "redis-2", address: "r:3"}, {Name: "sentinel-1", address: "s:1"}}}
	for _, c := range []struct {
		layout        script.Layout
		fleet         *Fleet
		direct, tried []string
		servers, ways int // of Redis
	}{
		{script.Single, nil, []string{"SLUICE_REDIS_ADDRS=r:1"}, []string{"SLUICE_REDIS_ADDRS=w:2"}, 1, 1},
		{script.Sentinel, fleet, []string{"SLUICE_REDIS_MASTER_NAME=main", "SLUICE_REDIS_ADDRS=s:1"}, nil, 2, 0},
		{script.Cluster, fleet, []string{"SLUICE_REDIS_CLUSTER=true", "SLUICE_REDIS_ADDRS=r:2,r:3"}, nil, 2, 0},
	} {
		s := &Stage{house: house, cast: Cast{Redis: c.layout}, fleet: c.fleet}
		if c.tried == nil {
			c.tried = c.direct
		}
		if got := s.redisAt(true); !slices.Equal(got, c.direct) {
			t.Errorf("%q: who goes direct is told %q", c.layout, got)
		}
		if got := s.redisAt(false); !slices.Equal(got, c.tried) {
			t.Errorf("%q: who is tried is told %q", c.layout, got)
		}
		if servers, ways := len(s.Servers("redis")), len(s.Ways("redis")); servers != c.servers || ways != c.ways {
			t.Errorf("%q: %d servers and %d ways", c.layout, servers, ways)
		}
		if err := s.Laid(script.Cluster); (err == nil) != (c.layout == script.Cluster) {
			t.Errorf("%q: asked for a cluster: %v", c.layout, err)
		}
	}
}
