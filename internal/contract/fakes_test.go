package contract

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sluice/internal/apikeys"
	"sluice/internal/gateway"
	"sluice/internal/progress"
	"sluice/internal/query"
	"sluice/pipelines"
	"sluice/schemas"
	"sluice/schemas/rules"
)

// setup is what a world is made of; cases change it.
type setup struct {
	gateway   gateway.Config
	query     query.Config
	apikeys   apikeys.Config
	withKeys  bool
	publisher *publisher
	drivers   *drivers
	members   *members
	progress  progress.Config
	kafka     *kafka
	local     func() []progress.Pipeline
}

const secret = "s3cret"

func newSetup(t *testing.T) *setup {
	t.Helper()
	speed := 8.3
	return &setup{
		progress:  progress.Config{Pipelines: []progress.Source{{Pipeline: "gps-live", Group: "gps-live", Topic: "driver.pings"}}},
		kafka:     &kafka{offsets: []progress.Offsets{{Partition: 0, Committed: 7, End: 9}, {Partition: 1, Committed: -1, End: 1}}},
		local:     onePipeline,
		publisher: &publisher{},
		members:   &members{state: aMember()},
		drivers: &drivers{at: schemas.Position{
			DriverID: "D1", Lat: 31.2, Lon: 121.4, TS: 1790000000123, Speed: &speed, Status: "idle",
		}},
	}
}

func (s *setup) keys(t *testing.T) *apikeys.Keys {
	t.Helper()
	if s.withKeys {
		sum := sha256.Sum256([]byte(secret))
		s.apikeys.File = filepath.Join(t.TempDir(), "keys")
		if err := os.WriteFile(s.apikeys.File, []byte("app "+hex.EncodeToString(sum[:])+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	keys, err := apikeys.New(s.apikeys)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

type publisher struct {
	err    error
	panics bool
}

func (p *publisher) Publish(context.Context, string, []pipelines.Record) error {
	if p.panics {
		panic("on demand")
	}
	return p.err
}

// drivers answers with one position as often as asked, or with its error.
type drivers struct {
	at  schemas.Position
	err error
}

func (d *drivers) Nearby(_ context.Context, q schemas.NearbyQuery) ([]schemas.Near, error) {
	near := make([]schemas.Near, q.Limit)
	for i := range near {
		near[i] = schemas.Near{Position: d.at, Distance: float64(i)}
	}
	return near, d.err
}

func (d *drivers) Driver(context.Context, string) (schemas.Position, error) { return d.at, d.err }

func (d *drivers) Track(context.Context, schemas.TrackQuery) (schemas.Track, error) {
	return schemas.Track{Points: []schemas.Position{d.at}, Next: "more"}, d.err
}

func (d *drivers) Within(context.Context, schemas.WithinQuery) ([]schemas.Position, error) {
	return []schemas.Position{d.at}, d.err
}

// members answers with one member's state, and with one order as often as asked.
type members struct {
	state schemas.MemberState
	err   error
}

// aMember has orders, a paid level and a history.
func aMember() schemas.MemberState {
	now := time.Now().UnixMilli()
	month := rules.Default().Month(now)
	return schemas.MemberState{
		MemberID: "M1", Epoch: 3, Version: 17, Announced: "gold",
		Months:      []schemas.MonthOrders{{Month: month, Orders: 21, Days: make([]int, rules.Default().Days(month))}},
		Memberships: []schemas.Membership{{PurchaseID: "P1", SKU: "gold-month", Rank: 2, From: now - 1000, Until: now + 1_000_000}},
		History: []schemas.LevelChanged{{
			MemberID: "M1", From: "silver", To: "gold", Cause: schemas.CauseOrders, Period: month.String(), Orders: 20, OrderID: "17", Epoch: 3, Version: 17, At: now, Ruleset: "1",
		}},
	}
}

func (m *members) Member(context.Context, string) (schemas.MemberState, error) { return m.state, m.err }

func (m *members) Order(_ context.Context, id int64) (schemas.Order, error) {
	return schemas.Order{OrderID: id, MemberID: "M1", Type: "completed", CompletedAt: 1790000000123, City: "shanghai"}, m.err
}

func (m *members) Orders(_ context.Context, q schemas.OrdersQuery) (schemas.Orders, error) {
	page := schemas.Orders{Orders: make([]schemas.Order, q.Limit), Next: "more"}
	for i := range page.Orders {
		page.Orders[i] = schemas.Order{OrderID: int64(i + 1), MemberID: "M1", Type: "created", CreatedAt: 1790000000123}
	}
	return page, m.err
}

// kafka stands where it is told, or answers with its error.
type kafka struct {
	offsets []progress.Offsets
	err     error
	panics  bool
}

func (k *kafka) Offsets(context.Context, progress.Source) ([]progress.Offsets, error) {
	if k.panics {
		panic("on demand")
	}
	return k.offsets, k.err
}

func (k *kafka) Written(context.Context, progress.Source, int32, int64) (time.Time, error) {
	return time.Now().Add(-time.Minute), k.err
}

func (k *kafka) Unanswered(string, error) {}

// onePipeline is what this process owns: partition 0, with trouble.
func onePipeline() []progress.Pipeline {
	lag := int64(2)
	return []progress.Pipeline{{
		Pipeline: "gps-live", Consumed: 9, Verdicts: []progress.Count{{Verdict: "stored", Records: 7}},
		Partitions: []progress.Partition{{Partition: 0, State: "retrying", Lag: &lag}},
	}}
}

// waiting is what waits to be published.
func waiting(context.Context) (progress.Relay, error) {
	return progress.Relay{WaitingBuckets: 1, OldestMS: 180}, nil
}
