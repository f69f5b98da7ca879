package fault

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"syscall"

	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
)

// diskFull fills the small file system of Elasticsearch's data, until it blocks its indices by itself.
type diskFull struct {
	elastic *operator
	dir     string
	indices string  // a pattern
	leave   float64 // share of the file system that stays free
	filler  string
}

const (
	// diskLooks makes Elasticsearch heed its disk, which the stack keeps it from, and look at it as often as it can be made to.
	diskLooks   = `{"persistent":{"cluster.info.update.interval":"10s","cluster.routing.allocation.disk.threshold_enabled":true}}`
	floodBlock  = "index.blocks.read_only_allow_delete"
	fillerChunk = 1 << 20
)

// Inject returns when every index is blocked.
func (d *diskFull) Inject(ctx context.Context) error {
	if err := d.elastic.do(ctx, http.MethodPut, "/_cluster/settings", diskLooks, nil); err != nil {
		return fmt.Errorf("asking Elasticsearch to look at its disk: %w", err)
	}
	d.filler = filepath.Join(d.dir, "filler")
	if err := d.fill(ctx); err != nil {
		return fmt.Errorf("filling the disk: %w", err)
	}
	return until(ctx, "the indices are blocked", func(ctx context.Context) error { return d.blocked(ctx, true) })
}

// fill writes until so little is left.
func (d *diskFull) fill(ctx context.Context) (err error) {
	f, err := os.OpenFile(d.filler, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	chunk := make([]byte, fillerChunk)
	for ctx.Err() == nil {
		var fs syscall.Statfs_t
		if err := syscall.Statfs(d.dir, &fs); err != nil {
			return err
		}
		if float64(fs.Bavail) <= d.leave*float64(fs.Blocks) {
			return nil
		}
		if _, err := f.Write(chunk); err != nil {
			if errors.Is(err, syscall.ENOSPC) {
				return nil // Elasticsearch has taken the rest
			}
			return err
		}
	}
	return ctx.Err()
}

// Heal frees the disk, and returns when Elasticsearch has taken its blocks away.
func (d *diskFull) Heal(ctx context.Context) error {
	if d.filler == "" {
		return nil
	}
	if err := os.Remove(d.filler); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("freeing the disk: %w", err)
	}
	d.filler = ""
	return until(ctx, "the indices are free", func(ctx context.Context) error { return d.blocked(ctx, false) })
}

func (d *diskFull) blocked(ctx context.Context, want bool) error {
	all, err := d.elastic.settings(ctx, d.indices)
	if err != nil {
		return err
	}
	for index, settings := range all {
		if (settings[floodBlock] == "true") != want {
			return fmt.Errorf("%s of %s is %q", floodBlock, index, settings[floodBlock])
		}
	}
	if len(all) == 0 {
		return errors.New("there is no index")
	}
	return nil
}

func diskFullKind() Kind {
	return Kind{
		About: "fills the disk of Elasticsearch's data to its flood stage, and frees it; needs run.elasticDisk",
		On:    []string{"elastic"},
		With:  map[string]string{"leave": "share of the disk that stays free, below 5%; 4% when nothing is said"},
		Make: func(on *stage.Stage, f script.Fault) (Fault, error) {
			args := &arguments{with: f.With}
			d := &diskFull{elastic: newOperator(on.Elastic()), dir: on.ElasticDisk(), indices: on.Index("p*"), leave: args.share("leave", 0.04)}
			if d.dir == "" {
				return nil, errors.New("no small disk is there for Elasticsearch: set run.elasticDisk")
			}
			return d, args.wrong()
		},
	}
}
