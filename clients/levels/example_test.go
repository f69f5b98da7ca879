package levels_test

import (
	"context"
	"fmt"

	"sluice/clients/levels"
)

// shop stands for the service's Kafka client: a real one fetches from its consumer group, and commits.
type shop struct {
	values  []string
	settled func()
}

func (s *shop) Fetch(ctx context.Context) ([]levels.Record, error) {
	if len(s.values) == 0 {
		<-ctx.Done()
		return nil, context.Cause(ctx)
	}
	var records []levels.Record
	for i, value := range s.values {
		records = append(records, levels.Record{Offset: int64(i), Value: []byte(value)})
	}
	s.values = nil
	return records, nil
}

func (s *shop) Settle(context.Context, []levels.Record) error {
	s.settled()
	return nil
}

// A service gives a welcome gift for each new level. The second record is a repetition, the fourth one comes late, and the
// last is from behind a loss of the store, which then counts anew in a greater epoch.
func Example() {
	change := `{"memberId":"M1","from":%q,"to":%q,"cause":"orders","period":"2026-11","orders":5,"epoch":%d,"version":%d,"at":1790000000000,"validUntil":0,"ruleset":"2026-01"}`
	ctx, stop := context.WithCancel(context.Background())
	source := &shop{settled: stop, values: []string{
		fmt.Sprintf(change, "bronze", "silver", 3, 1),
		fmt.Sprintf(change, "bronze", "silver", 3, 1),
		fmt.Sprintf(change, "gold", "platinum", 3, 3),
		fmt.Sprintf(change, "silver", "gold", 3, 2),
		fmt.Sprintf(change, "platinum", "gold", 4, 1),
	}}
	follower, err := levels.New(source, levels.NewMemory(1000), func(_ context.Context, c *levels.Change) error {
		fmt.Println(c.MemberID, "is", c.To, "by", levels.StampOf(c))
		return nil
	}, levels.Told{}, levels.Wait{})
	if err != nil {
		panic(err)
	}
	if err := follower.Run(ctx); err != nil {
		panic(err)
	}
	// Output:
	// M1 is silver by 3.1
	// M1 is platinum by 3.3
	// M1 is gold by 4.1
}
