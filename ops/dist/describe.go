package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"sluice/ops/dist/sbom"
)

// describe writes the bill of materials of a binary.
func (r *release) describe(ctx context.Context, binary, path string) error {
	modules, err := exec.CommandContext(ctx, "go", "env", "GOMODCACHE").Output()
	if err != nil {
		return fmt.Errorf("finding the module cache: %w", complaint(err))
	}
	var bill bytes.Buffer
	about := sbom.About{Version: r.version, Licence: "Apache-2.0", At: r.at, Modules: strings.TrimSpace(string(modules))}
	if err := sbom.Write(&bill, binary, about); err != nil {
		return err
	}
	return os.WriteFile(path, bill.Bytes(), 0o644) //nolint:gosec // for everybody to read
}
