package fault

import (
	"context"
	"errors"
	"fmt"

	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
)

// bound has processes live with few file descriptors.
type bound struct {
	whom  []victim
	files uint64
	lived bool // they were started with few
	full  int  // how many had all of them open in the end
}

// Inject returns when they have begun such a life; they need not become ready in it.
func (b *bound) Inject(ctx context.Context) error {
	for _, v := range b.whom {
		if err := leave(ctx, v); err != nil {
			return err
		}
		v.Limit(stage.Limits{OpenFiles: b.files})
		if err := v.Start(ctx); err != nil {
			return err
		}
	}
	b.lived = true
	return nil
}

// Heal starts them with as many as they want. It complains of one that did not live to be asked to end.
func (b *bound) Heal(ctx context.Context) error {
	var errs []error
	for _, v := range b.whom {
		v.Limit(stage.Limits{})
		if over(v) {
			if b.lived {
				errs = append(errs, fmt.Errorf("with %d files a process ended with %d", b.files, v.Exit()))
			}
			continue
		}
		open, err := v.Files()
		if errs = append(errs, err); b.lived && uint64(open)+1 >= b.files { // one may just have been given back
			b.full++
		}
		if _, _, err := v.Stop(ctx); err != nil { // without connections it cannot always end well
			errs = append(errs, err)
		}
	}
	b.lived = false
	return errors.Join(append(errs, revive(ctx, b.whom))...)
}

// Saw says how many had as many files open as they may have.
func (b *bound) Saw() map[string]float64 { return map[string]float64{"full": float64(b.full)} }

func fewFilesKind() Kind {
	return Kind{
		About: "starts a process that may open few files and connections",
		On:    anybody(),
		With:  map[string]string{"files": "that it may have open; 16 when nothing is said"},
		Make: func(on *stage.Stage, f script.Fault) (Fault, error) {
			args := &arguments{with: f.With}
			whom, err := victims(on, f)
			return &bound{whom: whom, files: uint64(args.number("files", 16))}, errors.Join(err, args.wrong())
		},
	}
}
