package main

import (
	"fmt"

	"sluice/internal/settings"
)

// configCmd is `sluice config`.
type configCmd struct {
	Show configShowCmd `cmd:"" help:"Print every setting in force; secrets are hidden."`
	Docs configDocsCmd `cmd:"" help:"Print every key with its environment variable, unit, default and meaning."`
}

// Help is the long text of --help.
func (configCmd) Help() string {
	return "Example:\n  sluice config show --config sluice.yaml\n  sluice config docs"
}

type configShowCmd struct{ configFlag }

// Help is the long text of --help.
func (configShowCmd) Help() string {
	return "Example:\n  SLUICE_GPS_COALESCE=2s sluice config show --config sluice.yaml"
}

// Run prints what is in force.
func (c *configShowCmd) Run(p *process) error {
	cfg, err := loadConfig(c.Config, p.environ)
	if err != nil {
		return err
	}
	return settings.Show(p.stdout, settings.Keys(cfg, envPrefix))
}

type configDocsCmd struct{}

// Help is the long text of --help.
func (configDocsCmd) Help() string { return "Example:\n  sluice config docs > config.md" }

// Run prints the reference.
func (configDocsCmd) Run(p *process) error {
	_, err := fmt.Fprint(p.stdout, "# Configuration\n\nOne YAML file (`--config FILE`), and an environment variable for every key, which is stronger. "+
		"Durations carry a unit (`500ms`, `60s`), sizes too (`8MiB`). Unknown keys and variables are refused. "+
		"Secrets come from the environment, or from the file that their `…File` key names.\n")
	if err != nil {
		return fmt.Errorf("printing settings: %w", err)
	}
	return settings.Reference(p.stdout, settings.Keys(&config{}, envPrefix))
}
