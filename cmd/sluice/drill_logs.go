package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"sluice/internal/drill"
	"sluice/internal/drill/report"
	"sluice/internal/drill/stage"
)

// brokerLogs keeps what the brokers said in a drill that failed beside the report: they are gone with the house.
type brokerLogs struct {
	drill.Teller
	house *stage.House
	dir   string
}

// newBrokerLogs clears away what an earlier campaign has kept there.
func newBrokerLogs(teller drill.Teller, house *stage.House, dir string) (*brokerLogs, error) {
	old, err := filepath.Glob(filepath.Join(dir, "*.kafka-[0-9]*.log"))
	for _, file := range old {
		err = errors.Join(err, os.Remove(file))
	}
	if err != nil {
		return nil, fmt.Errorf("clearing away old logs: %w", err)
	}
	return &brokerLogs{Teller: teller, house: house, dir: dir}, nil
}

// Done keeps them before the next drill begins.
func (l *brokerLogs) Done(d *report.Drill) {
	if d.Verdict == report.Failed {
		if err := l.house.KeepLogs(l.dir, d.Name); err != nil {
			l.Tell(d.Name, err.Error())
		}
	}
	l.Teller.Done(d)
}
