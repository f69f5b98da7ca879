package elastic

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"sluice/schemas"
)

func (s *Setup) putTemplate(ctx context.Context, t schemas.Template) (done string, err error) {
	body, sum, err := stamped(t)
	if err != nil {
		return "", err
	}
	there, err := s.templateSum(ctx, t.Name)
	switch {
	case err != nil:
		return "", err
	case there == sum:
		return "unchanged", nil
	case there == "":
		done = "created"
	default:
		done = "updated"
	}
	return done, s.client.ask(ctx, esapi.IndicesPutIndexTemplateRequest{Name: t.Name, Body: bytes.NewReader(body)}, nil)
}

// unstamped is the sum of a template that is there, but was put by somebody else.
const unstamped = "none"

// templateSum reads the stamp of a template, "" when there is no such template. Elasticsearch
// gives settings back in another form than they were put, hence a stamp and no comparison.
func (s *Setup) templateSum(ctx context.Context, name string) (string, error) {
	var reply struct {
		Templates []struct {
			Template struct {
				Meta struct {
					Sum string `json:"sum"`
				} `json:"_meta"`
			} `json:"index_template"`
		} `json:"index_templates"`
	}
	err := s.client.ask(ctx, esapi.IndicesGetIndexTemplateRequest{Name: name}, &reply)
	var refused *refusal
	if errors.As(err, &refused) && refused.status == http.StatusNotFound {
		return "", nil
	}
	if err != nil || len(reply.Templates) == 0 {
		return "", err
	}
	if sum := reply.Templates[0].Template.Meta.Sum; sum != "" {
		return sum, nil
	}
	return unstamped, nil
}

// stamped adds the sum of a template's body to its _meta.
func stamped(t schemas.Template) (body []byte, sum string, err error) {
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(t.Body, &parts); err != nil {
		return nil, "", fmt.Errorf("parsing template %s: %w", t.Name, err)
	}
	meta := map[string]json.RawMessage{}
	if raw, ok := parts["_meta"]; ok {
		if err := json.Unmarshal(raw, &meta); err != nil {
			return nil, "", fmt.Errorf("parsing _meta of template %s: %w", t.Name, err)
		}
	}
	digest := sha256.Sum256(t.Body)
	sum = hex.EncodeToString(digest[:])
	meta["sum"] = json.RawMessage(`"` + sum + `"`)
	if parts["_meta"], err = json.Marshal(meta); err != nil {
		return nil, "", fmt.Errorf("building template %s: %w", t.Name, err)
	}
	if body, err = json.Marshal(parts); err != nil {
		return nil, "", fmt.Errorf("building template %s: %w", t.Name, err)
	}
	return body, sum, nil
}
