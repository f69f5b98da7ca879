package elastic

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/elastic/go-elasticsearch/v8/esapi"

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
	if err := c.ask(t.Context(), esapi.IndicesPutIndexTemplateRequest{Name: c.cfg.IndexPrefix + "strict", Body: bytes.NewReader(body)}, nil); err != nil {
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
	body, err := jsonBody(object{"ids": []string{string(key)}})
	if err != nil {
		t.Fatal(err)
	}
	err = c.ask(t.Context(), esapi.MgetRequest{Index: c.cfg.IndexPrefix + target, Body: body}, &reply)
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
	if err := c.ask(ctx, esapi.IndicesResolveIndexRequest{Name: []string{cfg.IndexPrefix + "*"}}, &found); err != nil {
		t.Error(err)
	}
	for _, index := range found.Indices {
		if err := c.ask(ctx, esapi.IndicesDeleteRequest{Index: []string{index.Name}}, nil); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{"strict", schemas.PositionsIndex, schemas.PingsAlias, schemas.OrdersAlias} {
		there, err := c.exists(ctx, esapi.IndicesExistsIndexTemplateRequest{Name: cfg.IndexPrefix + name})
		if err != nil || !there {
			continue
		}
		if err := c.ask(ctx, esapi.IndicesDeleteIndexTemplateRequest{Name: cfg.IndexPrefix + name}, nil); err != nil {
			t.Error(err)
		}
	}
}
