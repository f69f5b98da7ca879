package schemas

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

//go:embed elastic/*.json
var templateFiles embed.FS

// Template is a composable index template: the name and the body of
// PUT _index_template/Name.
type Template struct {
	Name string
	Body []byte // JSON
}

// TemplateOptions are the settings that depend on the cluster.
type TemplateOptions struct {
	Shards   int           // primary shards of each index, 1 or more
	Replicas int           // copies of each shard, 0 or more; 0 survives no lost node
	Refresh  time.Duration // how late a write may become searchable, whole ms; above 0
}

// Validate reports every complaint at once.
func (o TemplateOptions) Validate() error {
	var errs []error
	if o.Shards < 1 || o.Shards > 1024 {
		errs = append(errs, fmt.Errorf("shards: %d is not within 1 to 1024", o.Shards))
	}
	if o.Replicas < 0 {
		errs = append(errs, fmt.Errorf("replicas: %d is below 0", o.Replicas))
	}
	if o.Refresh < time.Millisecond {
		errs = append(errs, fmt.Errorf("refresh: %s is below 1 ms", o.Refresh))
	}
	return errors.Join(errs...)
}

// Templates are the index templates of all that sluice stores, for indices whose names
// begin with prefix. Mappings are strict: a field that they do not name is refused.
func Templates(prefix string, opt TemplateOptions) ([]Template, error) {
	if err := opt.Validate(); err != nil {
		return nil, fmt.Errorf("building templates: %w", err)
	}
	positions, err := opt.template("positions", prefix+PositionsIndex, prefix+PositionsIndex, "")
	if err != nil {
		return nil, err
	}
	pings, err := opt.template("pings", prefix+PingsAlias, prefix+pingsPrefix+"*", prefix+PingsAlias)
	if err != nil {
		return nil, err
	}
	orders, err := opt.template("orders", prefix+OrdersAlias, prefix+ordersPrefix+"*", prefix+OrdersAlias)
	if err != nil {
		return nil, err
	}
	return []Template{positions, pings, orders}, nil
}

// template fills in what is not fixed in the file: patterns, settings and alias.
func (o TemplateOptions) template(file, name, pattern, alias string) (Template, error) {
	raw, err := templateFiles.ReadFile("elastic/" + file + ".json")
	if err != nil {
		return Template{}, fmt.Errorf("reading template %s: %w", file, err)
	}
	var body struct {
		Patterns []string `json:"index_patterns"`
		Priority int      `json:"priority"`
		Template struct {
			Settings map[string]any      `json:"settings"`
			Mappings json.RawMessage     `json:"mappings"`
			Aliases  map[string]struct{} `json:"aliases,omitempty"`
		} `json:"template"`
		Meta json.RawMessage `json:"_meta"`
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return Template{}, fmt.Errorf("parsing template %s: %w", file, err)
	}
	body.Patterns = []string{pattern}
	body.Template.Settings = map[string]any{
		"number_of_shards":   o.Shards,
		"number_of_replicas": o.Replicas,
		"refresh_interval":   fmt.Sprintf("%dms", o.Refresh.Milliseconds()),
	}
	if alias != "" {
		body.Template.Aliases = map[string]struct{}{alias: {}}
	}
	filled, err := json.Marshal(body)
	if err != nil {
		return Template{}, fmt.Errorf("building template %s: %w", file, err)
	}
	return Template{Name: name, Body: filled}, nil
}
