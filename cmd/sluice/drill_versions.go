package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"runtime"
	"time"

	"sluice/internal/drill/report"
	"sluice/internal/drill/stage"
	"sluice/internal/telemetry"
)

// versions are of all that takes part.
func (c *drillRunCmd) versions(ctx context.Context, house *stage.House) ([]report.Version, error) {
	build, err := c.tried(ctx)
	if err != nil {
		return nil, err
	}
	return []report.Version{
		{Of: "sluice", Is: build.Version},
		{Of: "commit", Is: build.Revision},
		{Of: "Go", Is: build.Go},
		{Of: "Kafka", Is: house.Version("kafka")},
		{Of: "Elasticsearch", Is: house.Version("elastic")},
		{Of: "machine", Is: fmt.Sprintf("%s/%s, %d cores", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())},
	}, nil
}

// tried asks the sluice that is tried what it is.
func (c *drillRunCmd) tried(ctx context.Context) (telemetry.Build, error) {
	if c.Binary == "" {
		return buildOf(), nil
	}
	ctx, cancel := context.WithTimeout(ctx, versionWithin)
	defer cancel()
	var said struct{ Version, Revision, Go string }
	text, err := exec.CommandContext(ctx, c.Binary, "version", "--json").Output() //nolint:gosec // the caller's own binary
	if err == nil {
		err = json.Unmarshal(text, &said)
	}
	if err != nil {
		return telemetry.Build{}, usage(fmt.Errorf("asking %s for its version: %w", c.Binary, err))
	}
	return telemetry.Build{Version: said.Version, Revision: said.Revision, Go: said.Go}, nil
}

const versionWithin = 10 * time.Second
