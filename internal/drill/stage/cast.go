package stage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"sluice/internal/drill/spoil"
)

// Set makes a stage for one drill: it sets up topics and indices, and starts no process yet. What
// is left over when it fails is swept away.
func (h *House) Set(ctx context.Context, cast Cast) (*Stage, error) {
	if err := cast.Validate(); err != nil {
		return nil, fmt.Errorf("setting the stage: %w", err)
	}
	s := &Stage{house: h, cast: cast.withDefaults(), close: func() error { return nil }}
	if err := s.set(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("setting the stage: %w", err), s.Strike(ctx))
	}
	return s, nil
}

func (s *Stage) set(ctx context.Context) error {
	if err := os.MkdirAll(s.Dir(), 0o750); err != nil {
		return err
	}
	if err := s.house.mended(ctx); err != nil {
		return err
	}
	if s.cast.ElasticDisk > 0 {
		if err := s.house.shrink(ctx, s.cast.ElasticDisk); err != nil {
			return err
		}
	}
	if err := s.lay(ctx); err != nil {
		return err
	}
	if err := s.spoilt(ctx); err != nil {
		return err
	}
	for _, role := range []struct {
		name string
		of   int
	}{{"pipelines", s.cast.Pipelines}, {"jobs", s.cast.Jobs}, {"query", s.cast.Queries}, {"gateway", s.cast.Gateways}} {
		for number := range role.of {
			p, err := s.hire(role.name, number+1)
			if err != nil {
				return err
			}
			s.processes = append(s.processes, p)
		}
	}
	out, err := s.Command(ctx, "setup").CombinedOutput()
	if err != nil {
		return errors.Join(fmt.Errorf("sluice setup: %w", err), lastOf(string(out)))
	}
	return nil
}

// spoilt opens the way on which answers can be scripted, before the other one to Elasticsearch.
func (s *Stage) spoilt(ctx context.Context) error {
	way, err := s.Way("elastic")
	if err != nil {
		return err
	}
	if s.store, err = spoil.New(spoil.Config{Target: "http://" + way.Address()}); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx)) // it answers as long as the stage stands
	ended := make(chan error, 1)
	go func() { ended <- s.store.Run(ctx) }()
	s.close = func() error {
		cancel()
		return <-ended
	}
	return nil
}

// hire makes a process of the cast.
func (s *Stage) hire(role string, number int) (*Process, error) {
	ops, err := s.house.ports.address()
	if err != nil {
		return nil, err
	}
	public, err := s.house.ports.address()
	if err != nil {
		return nil, err
	}
	name := role + "-" + strconv.Itoa(number)
	env := append(s.through(), "SLUICE_OPS_LISTEN="+ops, "SLUICE_HTTP_LISTEN="+public, "SLUICE_KAFKA_CLIENT_ID="+name)
	return &Process{
		Name: name, Role: role, binary: s.binary(), args: []string{"run", role}, env: env,
		ops: "http://" + ops, http: "http://" + public, log: filepath.Join(s.Dir(), name+".log"),
	}, nil
}
