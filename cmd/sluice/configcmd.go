package main

import (
	"fmt"

	"sluice/internal/settings"
)

// configCmd is `sluice config`.
type configCmd struct {
	Print configPrintCmd `cmd:"" help:"Print every setting in force; secrets are hidden."`
	Check configCheckCmd `cmd:"" help:"Say what is wrong with the configuration, without asking a server."`
	Docs  configDocsCmd  `cmd:"" help:"Print every key with its environment variable, unit, default, bounds and meaning."`
}

// Help is the long text of --help.
func (configCmd) Help() string {
	return "Example:\n  sluice config check --config sluice.yaml\n  sluice config print --config sluice.yaml\n  sluice config docs"
}

type configPrintCmd struct{ configFlag }

// Help is the long text of --help.
func (configPrintCmd) Help() string {
	return "Example:\n  SLUICE_GPS_COALESCE=2s sluice config print --config sluice.yaml"
}

// Run prints what is in force.
func (c *configPrintCmd) Run(p *process) error {
	cfg, err := loadConfig(c.Config, p.environ)
	if err != nil {
		return err
	}
	return settings.Print(p.stdout, settings.Keys(cfg, envPrefix))
}

type configCheckCmd struct{ configFlag }

// Help is the long text of --help.
func (configCheckCmd) Help() string {
	return "Prints ok, or a line for each complaint with exit code 2. Files that settings name are read, servers are not asked: that is `sluice doctor`.\n\n" +
		"Example:\n  sluice config check --config sluice.yaml"
}

// Run checks.
func (c *configCheckCmd) Run(p *process) error {
	if _, err := loadConfigWith(c.Config, p.environ, func(*config) {}, (*config).filesOfRoles); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(p.stdout, "ok"); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return nil
}

type configDocsCmd struct{}

// Help is the long text of --help.
func (configDocsCmd) Help() string { return "Example:\n  sluice config docs > configuration.md" }

// Run prints the reference.
func (configDocsCmd) Run(p *process) error {
	_, err := fmt.Fprint(p.stdout, "# Configuration\n\nOne YAML file (`--config FILE`), and an environment variable for every key, which is stronger. "+
		"Durations carry a unit (`500ms`, `60s`), sizes too (`8MiB`). Unknown keys and variables are refused, and values out of bounds too: `sluice config check` says which. "+
		"Secrets come from the environment, or from the file that their `…File` key names.\n\n"+
		"This page is printed by `sluice config docs`; a test holds it to the code.\n")
	if err != nil {
		return fmt.Errorf("printing settings: %w", err)
	}
	return settings.Reference(p.stdout, settings.Keys(&config{}, envPrefix))
}
