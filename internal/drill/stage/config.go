package stage

import (
	"errors"
	"fmt"

	"sluice/internal/drill/script"
)

// Config says what a house is made of.
type Config struct {
	Dir    string // everything that the house makes lies below; required
	Stack  string // the script that starts the servers, ops/stack/stack; required
	Binary string // the sluice that is tried; required
	Cache  string // where the servers' jars are kept over houses; "" = below Dir
}

// Validate reports every complaint at once.
func (c Config) Validate() error {
	var errs []error
	for name, value := range map[string]string{"dir": c.Dir, "stack": c.Stack, "binary": c.Binary} {
		if value == "" {
			errs = append(errs, fmt.Errorf("stage: %s is required", name))
		}
	}
	return errors.Join(errs...)
}

// Cast says what is peculiar to one drill.
type Cast struct {
	Name        string            // of the drill: its directory below the house's; required
	Prefix      string            // before every topic, group, index and template; required
	Gateways    int               // processes; 0 = 1
	Queries     int               // processes; 0 = 1
	Pipelines   int               // processes; 0 = 2
	Jobs        int               // processes; 0 = none
	Partitions  int               // of each topic; 0 = 8
	Redis       script.Layout     // of Redis; another than the house's one server is the stage's own
	Env         map[string]string // settings of every sluice process, stronger than the stage's own
	Binary      string            // another sluice, such as one with failpoints; "" = the house's
	ElasticDisk int64             // bytes of the file system that Elasticsearch's data is put on; 0 = the disk as it is
}

// Validate reports every complaint at once.
func (c Cast) Validate() error {
	var errs []error
	if c.Name == "" {
		errs = append(errs, errors.New("stage: the cast's name is required"))
	}
	if c.Prefix == "" {
		errs = append(errs, errors.New("stage: the cast's prefix is required"))
	}
	for name, n := range map[string]int{
		"gateways": c.Gateways, "queries": c.Queries, "pipelines": c.Pipelines, "jobs": c.Jobs, "partitions": c.Partitions,
	} {
		if n < 0 {
			errs = append(errs, fmt.Errorf("stage: %s: %d is below zero", name, n))
		}
	}
	if c.ElasticDisk < 0 {
		errs = append(errs, fmt.Errorf("stage: elastic disk: %d is below zero", c.ElasticDisk))
	}
	return errors.Join(errs...)
}

func (c Cast) withDefaults() Cast {
	for n, fallback := range map[*int]int{&c.Gateways: 1, &c.Queries: 1, &c.Pipelines: 2, &c.Partitions: 8} {
		if *n == 0 {
			*n = fallback
		}
	}
	return c
}
