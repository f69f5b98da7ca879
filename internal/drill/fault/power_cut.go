package fault

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
	"sluice/internal/pause"
)

// powerCut ends Redis as a power cut does: what of its log was written, and not yet flushed to the disk, has gone with it.
// A SIGKILL alone takes nothing along, since the kernel has all that was written.
type powerCut struct {
	redis server
	logs  string        // pattern of the files of its log, whose names rise
	loses time.Duration // what came so long before the end
	start func(ctx context.Context) error
	taken int64 // bytes, over all injections
}

// Inject returns when it has gone, and its log ends where it was.
func (p *powerCut) Inject(ctx context.Context) error {
	file, kept, err := p.last()
	if err == nil {
		err = pause.For(ctx, p.loses)
	}
	if err == nil {
		err = p.redis.Kill(ctx)
	}
	if err != nil {
		return err
	}
	again, size, err := p.last()
	switch {
	case err != nil:
		return err
	case again != file:
		return errors.New("it began its log anew meanwhile: nothing can be taken from it")
	case size == kept:
		return errors.New("nothing was written to its log meanwhile: the fault does nothing")
	}
	p.taken += size - kept
	return os.Truncate(file, kept)
}

// last is the file that it writes to, and its length.
func (p *powerCut) last() (file string, size int64, err error) {
	files, err := filepath.Glob(p.logs)
	if err == nil && len(files) == 0 {
		err = errors.New("it has no log")
	}
	if err != nil {
		return "", 0, fmt.Errorf("looking for the log: %w", err)
	}
	file = slices.MaxFunc(files, func(a, b string) int { // the ninth is before the tenth
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
	info, err := os.Stat(file)
	if err != nil {
		return "", 0, err
	}
	return file, info.Size(), nil
}

// Heal starts it on what is left.
func (p *powerCut) Heal(ctx context.Context) error { return p.start(ctx) }

// Saw says how much of the log was lost.
func (p *powerCut) Saw() map[string]float64 { return map[string]float64{"cut-short": float64(p.taken)} }

func powerCutKind() Kind {
	return Kind{
		About: "ends Redis with SIGKILL and takes the end of its log, as a power cut takes what was not flushed; starts it again on the rest",
		On:    []string{redisName},
		With:  map[string]string{"loses": "what it was told so long before its end; 2s when nothing is said, the most that appendfsync everysec loses"},
		Make: func(on *stage.Stage, f script.Fault) (Fault, error) {
			args := &arguments{with: f.With}
			redis, err := oneRedis(on)
			if err != nil {
				return nil, err
			}
			return &powerCut{
				redis: redis, start: redis.Start, loses: args.length("loses", 2*time.Second),
				logs: filepath.Join(redis.Dir(), "appendonlydir", "*.incr.aof"),
			}, args.wrong()
		},
	}
}
