package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"sluice/schemas/rules"
)

// rulesCmd is `sluice rules`.
type rulesCmd struct {
	Print rulesPrintCmd `cmd:"" help:"Print the default rules, to begin a file of your own."`
	Check rulesCheckCmd `cmd:"" help:"Say what is wrong with a rules file."`
	Diff  rulesDiffCmd  `cmd:"" help:"Say what differs between two rules files, and whether levels move by it."`
	Apply rulesApplyCmd `cmd:"" help:"Bring all members under a rules file, and announce who has another level."`
}

// Help is the long text of --help.
func (rulesCmd) Help() string {
	return "The rules say which levels there are, what earns them, what can be bought and which coupons are granted.\n\n" +
		"Example:\n  sluice rules print > levels.yaml\n  sluice rules check levels.yaml\n  sluice rules diff old.yaml levels.yaml"
}

type rulesPrintCmd struct {
	Schema bool `help:"Print the JSON schema of such files instead, for an editor."`
}

// Help is the long text of --help.
func (rulesPrintCmd) Help() string { return "Example:\n  sluice rules print > levels.yaml" }

// Run prints the file.
func (c *rulesPrintCmd) Run(p *process) error {
	file := rules.DefaultFile()
	if c.Schema {
		file = rules.Schema()
	}
	if _, err := p.stdout.Write(file); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return nil
}

type rulesCheckCmd struct {
	File string `arg:"" help:"The rules file."`
	JSON bool   `help:"Print JSON." name:"json"`
}

// Help is the long text of --help.
func (rulesCheckCmd) Help() string {
	return "Prints what the file says in a line, or a line for each complaint with exit code 2.\n\nExample:\n  sluice rules check levels.yaml"
}

// checkedRules is the answer of --json.
type checkedRules struct {
	OK         bool     `json:"ok"`
	Version    string   `json:"version,omitempty"`
	Levels     []string `json:"levels,omitempty"` // from the base level upwards
	Products   int      `json:"products"`
	Coupons    int      `json:"coupons"`
	Complaints []string `json:"complaints,omitempty"`
}

// Run reads the file.
func (c *rulesCheckCmd) Run(p *process) error {
	r, err := readRules(c.File)
	if err != nil {
		if c.JSON {
			said := checkedRules{Complaints: strings.Split(err.Error(), "\n")}
			return errors.Join(json.NewEncoder(p.stdout).Encode(said), usage(err))
		}
		return usage(err)
	}
	said := checkedRules{OK: true, Version: r.Version, Products: len(r.Products), Coupons: len(r.Coupons)}
	for _, level := range r.Levels {
		said.Levels = append(said.Levels, level.Name)
	}
	if c.JSON {
		return json.NewEncoder(p.stdout).Encode(said)
	}
	_, err = fmt.Fprintf(p.stdout, "ok: version %s, levels %s, products %d, coupons %d, time zone %s\n",
		r.Version, strings.Join(said.Levels, " < "), said.Products, said.Coupons, r.TimeZone)
	return err
}

// readRules reads a rules file; its errors name the file.
func readRules(path string) (*rules.Rules, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	text, err := io.ReadAll(io.LimitReader(file, rules.MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	r, err := rules.Read(text)
	if err != nil {
		return nil, errors.New(path + ": " + strings.ReplaceAll(err.Error(), "\n", "\n"+path+": "))
	}
	return r, nil
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
