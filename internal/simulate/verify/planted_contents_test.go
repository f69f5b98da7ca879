package verify

import (
	"bytes"
	"fmt"
	"testing"

	"sluice/internal/simulate/plan"
	"sluice/schemas"
)

// plantedContents are of what a document holds.
func plantedContents() map[string]planted {
	return map[string]planted{
		"an altered latitude": {"L4", func(t *testing.T, w *world) { w.alter(t, `"lat":31`, `"lat":32`) }},
		"an altered status":   {"L4", func(t *testing.T, w *world) { w.alter(t, `"status":"idle"`, `"status":"busy"`) }},
		"an added field":      {"L4", func(t *testing.T, w *world) { w.alter(t, `{"driverId"`, `{"x":1,"driverId"`) }},
		"another location":    {"L4", func(t *testing.T, w *world) { w.alter(t, `"location":[121`, `"location":[120`) }},
		"a clock ahead that was believed": {"L4", func(t *testing.T, w *world) {
			r, key := w.first(t, kind(plan.Ahead))
			d := w.history[key]
			d.Body = bytes.Replace(d.Body, fmt.Appendf(nil, `"deviceTs":%d,`, r.TS), nil, 1)
			at := bytes.Index(d.Body, []byte(`"ts":`))
			d.Body = append(fmt.Appendf(bytes.Clone(d.Body[:at]), `"ts":%d`, r.TS), d.Body[at+len(`"ts":1790000000000`):]...)
			w.history[key] = d
		}},
		"a receipt years ago":       {"L4", func(t *testing.T, w *world) { w.alter(t, `"receivedAt":1790`, `"receivedAt":1690`) }},
		"a receipt in years":        {"L4", func(t *testing.T, w *world) { w.alter(t, `"receivedAt":1790`, `"receivedAt":1890`) }},
		"a field in another case":   {"L4", func(t *testing.T, w *world) { w.alter(t, `"lat":`, `"LAT":`) }},
		"a field twice":             {"L4", func(t *testing.T, w *world) { w.alter(t, `"lat":`, `"lat":1,"lat":`) }},
		"a field that is null":      {"L4", func(t *testing.T, w *world) { w.alter(t, `"status":`, `"deviceTs":null,"status":`) }},
		"a third coordinate":        {"L4", func(t *testing.T, w *world) { w.alter(t, `],"receivedAt"`, `,1],"receivedAt"`) }},
		"garbage behind a document": {"L4", func(t *testing.T, w *world) { w.alter(t, `}`, `} x`) }},
		"an object behind another":  {"L4", func(t *testing.T, w *world) { w.alter(t, `}`, `}{}`) }},
	}
}

// plantedLetters are of dead letters.
func plantedLetters() map[string]planted {
	return map[string]planted{
		"an altered letter": {"L4", func(_ *testing.T, w *world) {
			rec := &w.letters[schemas.DeadTopic(live)][0]
			rec.Value = append(bytes.Clone(rec.Value), ' ')
		}},
		"a letter with another reason": {"L4", func(_ *testing.T, w *world) {
			w.letters[schemas.DeadTopic(past)][0].Headers[0].Value = []byte("other")
		}},
		"a sound record dead-lettered for a 401": {"L4", func(t *testing.T, w *world) {
			r, key := w.first(t, plain)
			delete(w.history, key)
			w.rejected = 0.01
			w.reject(past, &r, "400")
			o, key := w.first(t, plain)
			delete(w.history, key)
			w.reject(past, &o, "401")
		}},
	}
}
