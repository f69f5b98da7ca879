package elastic

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"sluice/schemas"
	"sluice/sinks/sinkstest"
)

func numberDoc(n int64) []byte { return fmt.Appendf(nil, `{"n":%d}`, n) }

func poisonDoc() []byte { return []byte(`{"n":1,"poison":true}`) }

func TestSinkOnScripted(t *testing.T) {
	sinkstest.TestSink(t, func(t *testing.T) sinkstest.Subject {
		server := sinkstest.NewScripted(t)
		return sinkstest.Subject{
			Sink:      newSink(t, Config{URLs: []string{server.URL()}, IndexPrefix: "p-"}),
			Versioned: "versioned", Created: "created",
			Doc: numberDoc, Poison: poisonDoc,
			Read: func(_ *testing.T, target string, key []byte) []byte {
				return server.Docs("p-" + target)[string(key)].Body
			},
		}
	})
}

func TestSinkOnElasticsearch(t *testing.T) {
	sinkstest.TestSink(t, func(t *testing.T) sinkstest.Subject {
		cfg := onReal(t)
		client, err := newClient(cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(client.close)
		strict(t, client)
		return sinkstest.Subject{
			Sink:      newSink(t, cfg),
			Versioned: "versioned", Created: "created",
			Doc: numberDoc, Poison: poisonDoc, WrongType: func() []byte { return []byte(`{"n":"one"}`) },
			Read: func(t *testing.T, target string, key []byte) []byte { return get(t, client, target, key) },
		}
	})
}

// strict puts a template with one number for all indices of the test.
func strict(t *testing.T, c *client) {
	t.Helper()
	body := fmt.Appendf(nil, `{"index_patterns":["%s*"],"priority":500,"template":{"settings":{"number_of_shards":1,"number_of_replicas":0},
		"mappings":{"dynamic":"strict","properties":{"n":{"type":"long"}}}}}`, c.cfg.IndexPrefix)
	if err := c.ask(t.Context(), http.MethodPut, "/_index_template/"+c.cfg.IndexPrefix+"strict", body, nil); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, c *client, target string, key []byte) []byte {
	t.Helper()
	var reply struct {
		Docs []struct {
			Source json.RawMessage `json:"_source"`
		} `json:"docs"`
	}
	err := c.ask(t.Context(), http.MethodPost, "/"+c.cfg.IndexPrefix+target+"/_mget", object{"ids": []string{string(key)}}, &reply)
	if err != nil || len(reply.Docs) != 1 {
		t.Fatalf("getting %q: %v", key, err)
	}
	return reply.Docs[0].Source
}

// clear deletes the templates and indices of a test.
func clear(t testing.TB, cfg Config) {
	c, err := newClient(cfg)
	if err != nil {
		t.Error(err)
		return
	}
	defer c.close()
	ctx := context.Background()
	var found struct {
		Indices []struct {
			Name string `json:"name"`
		} `json:"indices"`
	}
	if err := c.ask(ctx, http.MethodGet, "/_resolve/index/"+cfg.IndexPrefix+"*", nil, &found); err != nil {
		t.Error(err)
	}
	for _, index := range found.Indices {
		if err := c.ask(ctx, http.MethodDelete, "/"+index.Name, nil, nil); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{"strict", schemas.PositionsIndex, schemas.PingsAlias, schemas.OrdersAlias} {
		there, err := c.exists(ctx, "/_index_template/"+cfg.IndexPrefix+name)
		if err != nil || !there {
			continue
		}
		if err := c.ask(ctx, http.MethodDelete, "/_index_template/"+cfg.IndexPrefix+name, nil, nil); err != nil {
			t.Error(err)
		}
	}
}
