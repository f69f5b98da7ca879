package stage

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sluice/internal/drill/script"
)

// everything is all servers of the stage: where it has more than one Redis, the house's is none of them.
func (s *Stage) everything() []*Server {
	if s.fleet == nil {
		return s.house.servers
	}
	others := slices.DeleteFunc(slices.Clone(s.house.servers), func(of *Server) bool { return of.Name == redisName })
	return append(others, s.fleet.servers...)
}

// lay starts the stage's own Redis servers, if it has any.
func (s *Stage) lay(ctx context.Context) error {
	if s.cast.Redis == script.Single {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, layWithin)
	defer cancel()
	laid, err := OpenFleet(ctx, filepath.Join(s.Dir(), "redis"), s.cast.Redis)
	s.fleet = laid
	return err
}

// layWithin is far more than they need to find one another.
const layWithin = 2 * time.Minute

// unlay ends them.
func (s *Stage) unlay(ctx context.Context) error {
	if s.fleet == nil {
		return nil
	}
	return s.fleet.Close(ctx)
}

// redisAt is how sluice is told where Redis is: who goes direct is, and who is tried too where there is more than one,
// since the servers themselves say where the others are.
func (s *Stage) redisAt(direct bool) []string {
	var addresses []string
	for _, of := range s.Servers(redisName) {
		addresses = append(addresses, of.address)
	}
	switch s.cast.Redis {
	case script.Cluster:
		return []string{"SLUICE_REDIS_CLUSTER=true", redisAddresses(addresses)}
	case script.Sentinel:
		addresses = nil
		for _, of := range s.Servers(sentinelName) {
			addresses = append(addresses, of.address)
		}
		return []string{"SLUICE_REDIS_MASTER_NAME=" + Primary, redisAddresses(addresses)}
	case script.Single:
	}
	if !direct {
		addresses = nil
		for _, way := range s.Ways(redisName) {
			addresses = append(addresses, way.Address())
		}
	}
	return []string{redisAddresses(addresses)}
}

func redisAddresses(all []string) string { return "SLUICE_REDIS_ADDRS=" + strings.Join(all, ",") }

// errOtherLayout is the answer to a fault that another layout is for.
var errOtherLayout = errors.New("the drill's Redis is laid out otherwise")

// Laid complains unless the stage's Redis is laid out so.
func (s *Stage) Laid(want script.Layout) error {
	if s.cast.Redis != want {
		return errOtherLayout
	}
	return nil
}
