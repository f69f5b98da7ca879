package main

import (
	"encoding/json"
	"fmt"
	"runtime/debug"

	"sluice/internal/telemetry"
)

// versionCmd is `sluice version`.
type versionCmd struct {
	JSON bool `help:"Print JSON." name:"json"`
}

// Help is the long text of --help.
func (versionCmd) Help() string { return "Example:\n  sluice version --json" }

// Run prints what the linker knows.
func (c *versionCmd) Run(p *process) error {
	build := buildOf()
	if c.JSON {
		return json.NewEncoder(p.stdout).Encode(map[string]string{"version": build.Version, "revision": build.Revision, "go": build.Go})
	}
	_, err := fmt.Fprintf(p.stdout, "sluice %s %s %s\n", build.Version, build.Revision, build.Go)
	return err
}

// buildOf reads what the go command put into the binary.
func buildOf() telemetry.Build {
	build := telemetry.Build{Version: "devel", Revision: "unknown"}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return build
	}
	build.Go = info.GoVersion
	if info.Main.Version != "" && info.Main.Version != "(devel)" {
		build.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			build.Revision = s.Value
		}
	}
	return build
}
