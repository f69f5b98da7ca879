package elastic

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
	"sluice/sinks/sinkstest"
)

func TestOrdersOnScripted(t *testing.T) {
	sinkstest.TestOrdersMerged(t, func(t *testing.T) sinkstest.Shop {
		cfg := Config{URLs: []string{sinkstest.NewScripted(t).URL()}, IndexPrefix: "p-"}
		return sinkstest.Shop{Sink: newSink(t, cfg), Orders: newReader(t, cfg)}
	})
}

func TestOrdersOnElasticsearch(t *testing.T) {
	sinkstest.TestOrders(t, func(t *testing.T) sinkstest.Shop {
		cfg := onReal(t)
		prepare(t, cfg, schemas.TemplateOptions{Shards: 1, Refresh: time.Minute})
		r := newReader(t, cfg)
		return sinkstest.Shop{
			Sink: newSink(t, cfg), Orders: r, Documents: r, Facts: r, Sees: r.Sees,
			Refresh: func(t *testing.T) {
				if err := r.Refresh(t.Context(), schemas.OrdersAlias+"-*"); err != nil {
					t.Fatal(err)
				}
			},
		}
	})
}

const anOrder = int64(301885432101234567)

// told is the write of one event of that order.
func told(e schemas.OrderEvent) pipelines.Write {
	e.OrderID, e.MemberID = anOrder, []byte("M1")
	o := schemas.OrderOf(&e)
	return pipelines.Write{Target: schemas.OrderIndex(anOrder), Key: schemas.AppendOrderKey(nil, anOrder), Body: schemas.AppendOrder(nil, &o)}
}

func offer(t *testing.T, s pipelines.Sink, writes ...pipelines.Write) []pipelines.Result {
	t.Helper()
	results := make([]pipelines.Result, len(writes))
	if err := s.Write(t.Context(), writes, results); err != nil {
		t.Fatal(err)
	}
	return results
}

func kept(t *testing.T, server *sinkstest.Scripted) schemas.Order {
	t.Helper()
	o, err := schemas.ParseOrder(server.Docs("p-" + schemas.OrderIndex(anOrder))[string(schemas.AppendOrderKey(nil, anOrder))].Body)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func scriptedMerging(t *testing.T) (*sinkstest.Scripted, *Sink) {
	t.Helper()
	server := sinkstest.NewScripted(t)
	return server, newSink(t, Config{URLs: []string{server.URL()}, IndexPrefix: "p-"})
}

// Somebody who comes between reading and writing, such as an owner that does not know that it is none any
// more, makes us read again; nothing of either is lost.
func TestWhoComesBetweenLosesNothing(t *testing.T) {
	server, m := scriptedMerging(t)
	city := told(schemas.OrderEvent{Type: schemas.OrderCreated, At: 5, City: []byte("shanghai")})
	text := told(schemas.OrderEvent{Type: schemas.OrderCreated, At: 5, Text: []byte("two sofas")})
	server.Meanwhile(func() {
		server.Meanwhile(nil)
		server.Put("p-"+city.Target, string(city.Key), city.Body)
	})
	for range 2 { // first it creates what was not there, then it replaces what was
		if r := offer(t, m, text)[0]; r.Verdict != pipelines.Stored {
			t.Fatal(r)
		}
		if o := kept(t, server); o.City == "" || o.Text == "" {
			t.Fatalf("%+v", o)
		}
		text = told(schemas.OrderEvent{Type: schemas.OrderCompleted, At: 9, DriverID: []byte("D1")})
		server.Meanwhile(func() {
			server.Meanwhile(nil)
			server.Put("p-"+city.Target, string(city.Key), server.Docs("p-" + city.Target)[string(city.Key)].Body)
		})
	}
	if o := kept(t, server); o.DriverID != "D1" || o.Type != "completed" {
		t.Fatalf("%+v", o)
	}
}

// Who comes between again and again makes a Retry of it, never an end of the attempt.
func TestAFightOverADocumentIsRetry(t *testing.T) {
	server, m := scriptedMerging(t)
	city := told(schemas.OrderEvent{Type: schemas.OrderCreated, At: 5, City: []byte("shanghai")})
	server.Meanwhile(func() { server.Put("p-"+city.Target, string(city.Key), city.Body) })
	if r := offer(t, m, told(schemas.OrderEvent{Type: schemas.OrderCompleted, At: 9}))[0]; r.Verdict != pipelines.Retry || r.Reason != reasonConflict {
		t.Fatal(r)
	}
}

// What only repeats an event of the same batch shares its fate: it is no duplicate of what is not stored.
func TestARepetitionSharesTheFateOfWhatItRepeats(t *testing.T) {
	server, m := scriptedMerging(t)
	created := told(schemas.OrderEvent{Type: schemas.OrderCreated, At: 5})
	completed := told(schemas.OrderEvent{Type: schemas.OrderCompleted, At: 9})
	offer(t, m, created)
	batch := []pipelines.Write{created, completed, completed, created}
	for _, c := range []struct {
		fault sinkstest.Fault
		want  []pipelines.Verdict
	}{
		{sinkstest.BusyItems(1), []pipelines.Verdict{pipelines.Duplicate, pipelines.Retry, pipelines.Retry, pipelines.Retry}},
		{sinkstest.Fault{}, []pipelines.Verdict{pipelines.Duplicate, pipelines.Stored, pipelines.Duplicate, pipelines.Duplicate}},
	} {
		server.Always(c.fault)
		var got []pipelines.Verdict
		for _, r := range offer(t, m, batch...) {
			got = append(got, r.Verdict)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v, want %v", got, c.want)
		}
	}
}

func TestWhatCannotBeReadIsNotWritten(t *testing.T) {
	server, m := scriptedMerging(t)
	write := told(schemas.OrderEvent{Type: schemas.OrderCreated, At: 5})
	for status, want := range map[int]pipelines.Verdict{
		http.StatusUnauthorized: pipelines.Refused, http.StatusForbidden: pipelines.Refused, http.StatusBadRequest: pipelines.Refused,
		http.StatusTooManyRequests: pipelines.Retry, http.StatusServiceUnavailable: pipelines.Retry,
	} {
		server.Answer("POST /_mget", sinkstest.Answer{Status: status, Body: `{"error":{"type":"some_exception"}}`})
		if r := offer(t, m, write, write); r[0].Verdict != want || r[1].Verdict != want || r[0].Status != status {
			t.Errorf("%d: %+v", status, r)
		}
	}
	for name, answer := range map[string]string{"too few": `{"docs":[]}`, "not JSON": `<html>`} {
		server.Answer("POST /_mget", sinkstest.Answer{Status: http.StatusOK, Body: answer})
		if err := m.Write(t.Context(), []pipelines.Write{write}, make([]pipelines.Result, 1)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for name, answer := range map[string]string{
		"a shard is away": `{"docs":[{"error":{"type":"no_shard_available_action_exception"}}]}`, "no guard": `{"docs":[{"found":true,"_source":{}}]}`,
	} {
		server.Answer("POST /_mget", sinkstest.Answer{Status: http.StatusOK, Body: answer})
		if r := offer(t, m, write)[0]; r.Verdict != pipelines.Retry {
			t.Errorf("%s: %+v", name, r)
		}
	}
	for _, r := range server.Requests() {
		if r.Path[:5] == "/_bul" {
			t.Fatal("something was written")
		}
	}
}

// A batch may hold what is merged and what is replaced, in any order.
func TestMergedAndReplacedInOneBatch(t *testing.T) {
	server, s := scriptedMerging(t)
	order := told(schemas.OrderEvent{Type: schemas.OrderCreated, At: 5})
	ping := pipelines.Write{Target: "positions", Key: []byte("D1"), Version: 7, Body: []byte(`{"driverId":"D1"}`)}
	var got []pipelines.Verdict
	for _, r := range offer(t, s, ping, order, ping, order, order) {
		got = append(got, r.Verdict)
	}
	want := []pipelines.Verdict{pipelines.Stored, pipelines.Stored, pipelines.Stale, pipelines.Duplicate, pipelines.Duplicate}
	if !slices.Equal(got, want) || server.Docs("p-positions")["D1"].Version != 7 || kept(t, server).CreatedAt != 5 {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestMergingFaults(t *testing.T) {
	for name, c := range map[string]struct {
		fault sinkstest.Fault
		want  pipelines.Verdict // Unsettled: an error
	}{
		"429":         {sinkstest.TooManyRequests(), pipelines.Retry},
		"503":         {sinkstest.Unavailable(), pipelines.Retry},
		"401":         {sinkstest.Unauthorized(), pipelines.Refused},
		"403":         {sinkstest.Forbidden(), pipelines.Refused},
		"disk full":   {sinkstest.DiskFull(), pipelines.Retry},
		"cut reply":   {sinkstest.CutReply(), pipelines.Unsettled},
		"no answer":   {sinkstest.Outage(), pipelines.Unsettled},
		"wrong count": {sinkstest.WrongCount(1), pipelines.Unsettled},
	} {
		t.Run(name, func(t *testing.T) {
			server, m := scriptedMerging(t)
			server.Next(c.fault)
			write := told(schemas.OrderEvent{Type: schemas.OrderCreated, At: 5})
			results := make([]pipelines.Result, 1)
			err := m.Write(t.Context(), []pipelines.Write{write}, results)
			if (err != nil) != (c.want == pipelines.Unsettled) || results[0].Verdict != c.want {
				t.Fatalf("%+v, %v", results[0], err)
			}
			r := offer(t, m, write)[0]
			if r.Verdict != pipelines.Stored && r.Verdict != pipelines.Duplicate || kept(t, server).CreatedAt != 5 {
				t.Errorf("offered again it is %+v", r)
			}
		})
	}
}

func TestGoldenOrders(t *testing.T) {
	server := sinkstest.NewScripted(t)
	cfg := Config{URLs: []string{server.URL()}, IndexPrefix: "p-"}
	m, r := newSink(t, cfg), newReader(t, cfg)
	offer(t, m, told(schemas.OrderEvent{Type: schemas.OrderCreated, At: 5}))
	offer(t, m, told(schemas.OrderEvent{Type: schemas.OrderCompleted, At: 9}), told(schemas.OrderEvent{Type: schemas.OrderCreated, At: 5}))
	if _, err := r.Order(t.Context(), anOrder); err != nil {
		t.Error(err)
	}
	server.Answer("POST /p-orders/_search", sinkstest.Answer{Status: http.StatusOK, Body: `{"hits":{"hits":[]}}`})
	for _, q := range []schemas.OrdersQuery{
		{Limit: 20},
		{
			MemberID: "M1", DriverID: "D1", Type: "completed", City: "上海", Words: []string{"two", "三楼"},
			From: 1, To: 2, Limit: 5, Cursor: schemas.OrderStep(anOrder).Cursor(),
		},
	} {
		if _, err := r.Orders(t.Context(), q); err != nil {
			t.Error(err)
		}
	}
	golden(t, "orders.txt", sent(server))
}

func BenchmarkMergeOrder(b *testing.B) {
	held, fresh := told(schemas.OrderEvent{Type: schemas.OrderCreated, At: 5, City: []byte("shanghai"), Text: []byte("two sofas")}), told(schemas.OrderEvent{Type: schemas.OrderCompleted, At: 9})
	b.ReportAllocs()
	for b.Loop() {
		if _, changed, err := schemas.MergeOrders(nil, held.Body, fresh.Body); err != nil || !changed {
			b.Fatal(changed, err)
		}
	}
}
