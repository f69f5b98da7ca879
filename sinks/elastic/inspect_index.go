package elastic

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"sluice/schemas"
)

// Index is how one of our indices stands.
type Index struct {
	Name            string   // whole
	Blocks          []string // read_only_allow_delete, write, …: that are on
	Replicas        string   // copies of each shard
	RefreshInterval string   // "" = the cluster's default, a second
	Durability      string   // of its translog, "" = request
	Policy          string   // of index lifecycle management, "" = none
	Aliases         []string
	Differs         []string // fields whose mapping is not the template's, or missing; nil = equal
}

// Indices asks for all indices that begin with the prefix and one of the families, and
// compares their mappings with that family's template, by name. A family is a template's
// index pattern without the star.
func (i *Inspector) Indices(ctx context.Context, templates []schemas.Template) ([]Index, error) {
	var found []Index
	for _, t := range templates {
		indices, err := i.indices(ctx, t)
		if err != nil {
			return nil, err
		}
		found = append(found, indices...)
	}
	slices.SortFunc(found, func(a, b Index) int { return cmp.Compare(a.Name, b.Name) })
	return found, nil
}

// templateShape is what a template says about its indices.
type templateShape struct {
	Patterns []string `json:"index_patterns"`
	Template struct {
		Mappings struct {
			Properties map[string]any `json:"properties"`
		} `json:"mappings"`
	} `json:"template"`
}

type indexReply struct {
	Aliases  map[string]json.RawMessage `json:"aliases"`
	Mappings struct {
		Properties map[string]any `json:"properties"`
	} `json:"mappings"`
	Settings struct {
		Index struct {
			Replicas  string            `json:"number_of_replicas"`
			Refresh   string            `json:"refresh_interval"`
			Blocks    map[string]string `json:"blocks"`
			Lifecycle struct {
				Name string `json:"name"`
			} `json:"lifecycle"`
			Translog struct {
				Durability string `json:"durability"`
			} `json:"translog"`
		} `json:"index"`
	} `json:"settings"`
}

func (i *Inspector) indices(ctx context.Context, t schemas.Template) ([]Index, error) {
	var shape templateShape
	if err := json.Unmarshal(t.Body, &shape); err != nil {
		return nil, fmt.Errorf("parsing template %s: %w", t.Name, err)
	}
	var reply map[string]indexReply
	question := esapi.IndicesGetRequest{
		Index: shape.Patterns, IgnoreUnavailable: new(true), AllowNoIndices: new(true), ExpandWildcards: "open",
	}
	if err := i.client.ask(ctx, question, &reply); err != nil {
		return nil, fmt.Errorf("asking for the indices of template %s: %w", t.Name, err)
	}
	found := make([]Index, 0, len(reply))
	for name, said := range reply {
		index := Index{
			Name: name, Replicas: said.Settings.Index.Replicas, RefreshInterval: said.Settings.Index.Refresh,
			Durability: said.Settings.Index.Translog.Durability, Policy: said.Settings.Index.Lifecycle.Name,
			Differs: differs(shape.Template.Mappings.Properties, said.Mappings.Properties),
		}
		for block, on := range said.Settings.Index.Blocks {
			if on == "true" {
				index.Blocks = append(index.Blocks, block)
			}
		}
		for alias := range said.Aliases {
			index.Aliases = append(index.Aliases, alias)
		}
		slices.Sort(index.Blocks)
		slices.Sort(index.Aliases)
		found = append(found, index)
	}
	return found, nil
}

// differs names the fields that are not mapped as wanted. Elasticsearch gives a field's
// mapping back as it was put, bar its order.
func differs(wanted, have map[string]any) []string {
	var names []string
	for field, mapping := range wanted {
		if !reflect.DeepEqual(mapping, have[field]) {
			names = append(names, field)
		}
	}
	slices.Sort(names)
	return names
}

// rights are the index privileges that writers and readers need.
func rights() []string {
	return []string{"read", "write", "create_index", "view_index_metadata", "maintenance"}
}

// Rights names the privileges on our indices that we lack. known is false where the cluster
// has no security, or does not say.
func (i *Inspector) Rights(ctx context.Context) (missing []string, known bool, err error) {
	prefix := i.client.cfg.IndexPrefix
	names := []string{prefix + schemas.PositionsIndex, prefix + schemas.PingsAlias + "*", prefix + schemas.OrdersAlias + "*"}
	body, err := jsonBody(object{
		"cluster": []string{"monitor", "manage_index_templates"},
		"index":   []any{object{"names": names, "privileges": rights()}},
	})
	if err != nil {
		return nil, false, fmt.Errorf("asking for privileges: %w", err)
	}
	var reply struct {
		Cluster map[string]bool            `json:"cluster"`
		Index   map[string]map[string]bool `json:"index"`
	}
	err = i.client.ask(ctx, esapi.SecurityHasPrivilegesRequest{Body: body}, &reply)
	if refused, ok := errors.AsType[*refusal](err); ok {
		switch refused.status {
		case http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusInternalServerError:
			return nil, false, nil
		}
	}
	if err != nil {
		return nil, false, fmt.Errorf("asking for privileges: %w", err)
	}
	for right, has := range reply.Cluster {
		if !has {
			missing = append(missing, "cluster: "+right)
		}
	}
	for name, rights := range reply.Index {
		for right, has := range rights {
			if !has {
				missing = append(missing, name+": "+right)
			}
		}
	}
	slices.Sort(missing)
	return missing, true, nil
}

// HasILM tells whether the cluster drops old indices itself.
func (i *Inspector) HasILM(ctx context.Context) (bool, error) {
	return (&Setup{client: i.client}).hasILM(ctx)
}
