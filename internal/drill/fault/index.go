package fault

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
)

// refusing makes Elasticsearch itself refuse every write, as an operator's hand on an index does.
type refusing struct {
	elastic *operator
	indices string // a pattern
	how     refusal
	hurt    string // the indices to which it was done, with commas
}

// refusal is what is done to the indices and how it is undone: a path behind their names, and a body.
type refusal struct{ method, path, do, undo, undoPath string }

func refusals() map[string]refusal {
	setting := func(name, value string) refusal {
		return refusal{http.MethodPut, "/_settings", fmt.Sprintf(`{%q:%s}`, name, value), fmt.Sprintf(`{%q:null}`, name), "/_settings"}
	}
	return map[string]refusal{
		"write-block": setting("index.blocks.write", "true"),
		"read-only":   setting("index.blocks.read_only", "true"),
		"pipeline":    setting("index.default_pipeline", `"nobody-made-this-one"`),
		"closed":      {http.MethodPost, "/_close", "", "", "/_open?wait_for_active_shards=1"},
	}
}

// Inject returns when every index that there is refuses.
func (r *refusing) Inject(ctx context.Context) error {
	all, err := r.elastic.settings(ctx, r.indices)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return errors.New("there is no index")
	}
	r.hurt = strings.Join(slices.Sorted(maps.Keys(all)), ",") // Elasticsearch closes none by a pattern
	return r.elastic.do(ctx, r.how.method, "/"+r.hurt+r.how.path, r.how.do, nil)
}

// Heal returns when those take writes again.
func (r *refusing) Heal(ctx context.Context) error {
	if r.hurt == "" {
		return nil
	}
	return r.elastic.do(ctx, r.how.method, "/"+r.hurt+r.how.undoPath, r.how.undo, nil)
}

func refusingKind() Kind {
	return Kind{
		About: "makes Elasticsearch itself refuse every write to the indices",
		On:    []string{"elastic"},
		With:  map[string]string{"how": "write-block, read-only, pipeline (a default one that is not there) or closed"},
		Make: func(on *stage.Stage, f script.Fault) (Fault, error) {
			how, known := refusals()[f.With["how"]]
			if !known {
				return nil, errors.New("with.how: want write-block, read-only, pipeline or closed")
			}
			return &refusing{elastic: newOperator(on.Elastic()), indices: on.Index("p*"), how: how}, nil
		},
	}
}
