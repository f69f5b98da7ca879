package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"sluice/internal/telemetry"
)

// versionCmd is `sluice version`.
type versionCmd struct {
	JSON bool `help:"Print JSON." name:"json"`
}

// Help is the long text of --help.
func (versionCmd) Help() string {
	return "Says version, commit, Go's version and the platform.\n\nExample:\n  sluice version --json"
}

// Run prints what the linker and the go command put into the binary.
func (c *versionCmd) Run(p *process) error {
	build, platform := buildOf(), runtime.GOOS+"/"+runtime.GOARCH
	if c.JSON {
		said := map[string]string{"version": build.Version, "revision": build.Revision, "go": build.Go, "platform": platform}
		return json.NewEncoder(p.stdout).Encode(said)
	}
	_, err := fmt.Fprintf(p.stdout, "sluice %s %s %s %s\n", build.Version, build.Revision, build.Go, platform)
	return err
}

// What the linker puts into a released binary, which is built outside of a repository; see ops/dist.
var version, revision string //nolint:gochecknoglobals // the linker sets no other kind of thing

// buildOf reads what the linker or else the go command put into the binary.
func buildOf() telemetry.Build {
	build := telemetry.Build{Version: "devel", Revision: "unknown"}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return build
	}
	build.Go = info.GoVersion
	if version != "" {
		build.Version, build.Revision = version, revision
		return build
	}
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
