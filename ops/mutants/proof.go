package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// proof is what `simulate verify --json` prints, as far as it is read here.
type proof struct {
	Assertions []struct {
		ID    string   `json:"id"`
		State string   `json:"state"`
		First []string `json:"first"`
	} `json:"assertions"`
}

// foundCode is the exit code of a check that found something.
const foundCode = 3

func verified(ctx context.Context, dir string, environ []string, judge, ledger string) (*proof, error) {
	c := exec.CommandContext(ctx, judge, "simulate", "verify", "--json", ledger) //nolint:gosec // it was built here
	c.Dir, c.Env = dir, append(os.Environ(), environ...)
	text, err := c.Output()
	if code, ended := exitCode(err); !ended || code != 0 && code != foundCode {
		return nil, fmt.Errorf("verifying the ledger: %w", err)
	}
	var p proof
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, fmt.Errorf("reading the proof: %w", err)
	}
	return &p, nil
}

// outcome is caught when that assertion fails.
func (p *proof) outcome(by string) outcome {
	var out outcome
	var said []string
	for _, a := range p.Assertions {
		if a.State != "FAILS" {
			continue
		}
		out.failed = true
		words := a.ID
		if len(a.First) > 0 {
			words += " " + a.First[0]
		}
		said = append(said, words)
		if a.ID == by {
			out.by = words
		}
	}
	out.said = strings.Join(said, "; ")
	return out
}
