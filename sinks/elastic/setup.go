package elastic

import (
	"context"
	"errors"
	"fmt"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"sluice/schemas"
)

// Setup prepares a cluster for what sluice writes. It can be applied again and again.
type Setup struct {
	client    *client
	templates []schemas.Template
	indices   []string // to be there from the start, without the prefix
}

// NewSetup makes a set-up of these templates, named and built with the same prefix as the
// configuration's, and of the index of live positions.
func NewSetup(cfg Config, templates []schemas.Template) (*Setup, error) {
	c, err := newClient(cfg)
	if err != nil {
		return nil, err
	}
	return &Setup{client: c, templates: templates, indices: []string{schemas.PositionsIndex}}, nil
}

// Change is one thing that Apply did.
type Change struct {
	What string // "template" or "index"
	Name string
	Done string // "created", "updated" or "unchanged"
}

// Apply puts the templates that differ and creates the indices that are missing, and says what it did, also when
// an error ends it. A template reaches only indices created after it.
func (s *Setup) Apply(ctx context.Context) ([]Change, error) {
	var changes []Change
	for i := range s.templates {
		done, err := s.putTemplate(ctx, s.templates[i])
		if err != nil {
			return changes, fmt.Errorf("putting template %s: %w", s.templates[i].Name, err)
		}
		changes = append(changes, Change{What: "template", Name: s.templates[i].Name, Done: done})
	}
	for _, name := range s.indices {
		name = s.client.cfg.IndexPrefix + name
		done, err := s.createIndex(ctx, name)
		if err != nil {
			return changes, fmt.Errorf("creating index %s: %w", name, err)
		}
		changes = append(changes, Change{What: "index", Name: name, Done: done})
	}
	return changes, nil
}

// Check returns an error that names everything missing. To write without the templates
// would let Elasticsearch guess the mappings, so a writer checks before it starts.
func (s *Setup) Check(ctx context.Context) error {
	var missing []error
	for i := range s.templates {
		_, sum, err := stamped(s.templates[i])
		if err != nil {
			return err
		}
		there, err := s.templateSum(ctx, s.templates[i].Name)
		switch {
		case err != nil:
			return fmt.Errorf("checking template %s: %w", s.templates[i].Name, err)
		case there == "":
			missing = append(missing, fmt.Errorf("template %s is missing: run setup", s.templates[i].Name))
		case there != sum:
			missing = append(missing, fmt.Errorf("template %s is of another version: run setup", s.templates[i].Name))
		}
	}
	for _, name := range s.indices {
		name = s.client.cfg.IndexPrefix + name
		found, err := s.client.exists(ctx, esapi.IndicesExistsRequest{Index: []string{name}})
		if err != nil {
			return fmt.Errorf("checking index %s: %w", name, err)
		}
		if !found {
			missing = append(missing, fmt.Errorf("index %s is missing: run setup", name))
		}
	}
	return errors.Join(missing...)
}

// createIndex creates an index or leaves it alone; another process may do so at the same moment.
func (s *Setup) createIndex(ctx context.Context, name string) (done string, err error) {
	found, err := s.client.exists(ctx, esapi.IndicesExistsRequest{Index: []string{name}})
	if err != nil {
		return "", err
	}
	if found {
		return "unchanged", nil
	}
	err = s.client.ask(ctx, esapi.IndicesCreateRequest{Index: name}, nil)
	var refused *refusal
	if errors.As(err, &refused) && refused.kind == "resource_already_exists" {
		return "unchanged", nil
	}
	return "created", err
}

// Close ends the connections that are not in use.
func (s *Setup) Close() { s.client.close() }
