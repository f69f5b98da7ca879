package elastic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"sluice/pipelines"
	"sluice/schemas"
)

// maxReads is how many documents one request reads; a page of the largest stays below the limit of an answer.
const maxReads = 1000

// read fetches what the index has of each document, whether searches see it yet or not.
func (m *merging) read(ctx context.Context, open []*union) error {
	for len(open) > 0 {
		n := min(len(open), maxReads)
		if err := m.readSome(ctx, open[:n]); err != nil {
			return err
		}
		open = open[n:]
	}
	return nil
}

// address names one document.
type address struct {
	Index string `json:"_index"`
	ID    string `json:"_id"`
}

// stored is what a multi-get says of one document.
type stored struct {
	Found  bool            `json:"found"`
	Seq    *int64          `json:"_seq_no"`
	Term   *int64          `json:"_primary_term"`
	Source json.RawMessage `json:"_source"`
	Error  struct {
		Type string `json:"type"`
	} `json:"error"`
}

func (m *merging) readSome(ctx context.Context, open []*union) error {
	addresses := make([]address, len(open))
	for i, u := range open {
		w := &m.writes[u.at[0]]
		addresses[i] = address{Index: m.sink.cfg.IndexPrefix + w.Target, ID: string(w.Key)}
	}
	found, err := m.sink.client.documents(ctx, addresses)
	if refused, ok := errors.AsType[*refusal](err); ok {
		verdict, reason := judge(refused.status, []byte(refused.kind), nil, false)
		if verdict.Final() { // a reading has no such answers: it is we who are wrong
			verdict = pipelines.Refused
		}
		for _, u := range open {
			u.merged, u.told = nil, pipelines.Result{Verdict: verdict, Status: refused.status, Reason: reason}
			m.settle(u)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading what is to be merged: %w", err)
	}
	for i, u := range open {
		m.take(u, &found[i])
	}
	return nil
}

// take notes what the index has of one document.
func (m *merging) take(u *union, d *stored) {
	u.held, u.guard, u.merged, u.told = nil, guard{}, nil, pipelines.Result{}
	switch kind := d.Error.Type; {
	case kind == "index_not_found_exception": // the first write of a month makes it
	case kind != "":
		u.told = pipelines.Result{Verdict: pipelines.Retry, Reason: word([]byte(kind))}
	case d.Found && (d.Seq == nil || d.Term == nil):
		u.told = pipelines.Result{Verdict: pipelines.Retry, Reason: "unknown_answer"}
	case d.Found:
		u.held, u.guard = d.Source, guard{held: true, seq: *d.Seq, term: *d.Term}
	}
	if u.told.Verdict != pipelines.Unsettled {
		m.settle(u)
	}
}

// documents reads documents by their ids as they are stored now, in the order of the addresses.
func (c *client) documents(ctx context.Context, addresses []address) ([]stored, error) {
	var reply struct {
		Docs []stored `json:"docs"`
	}
	body, err := jsonBody(object{"docs": addresses})
	if err != nil {
		return nil, err
	}
	// Found or the error is in each: their places stay those of the request.
	asked := []string{"docs.found", "docs._seq_no", "docs._primary_term", "docs._source", "docs.error.type"}
	if err := c.ask(ctx, esapi.MgetRequest{Body: body, FilterPath: asked}, &reply); err != nil {
		return nil, err
	}
	if len(reply.Docs) != len(addresses) {
		return nil, fmt.Errorf("%w: %d documents for %d ids", schemas.ErrUnavailable, len(reply.Docs), len(addresses))
	}
	return reply.Docs, nil
}
