package verify

import (
	"context"
	"time"

	"sluice/internal/simulate/documents"
	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/levels"
	"sluice/internal/simulate/orders"
)

// Members answers for one member at the present moment. What a store cannot say just now is waited for.
type Members interface {
	// Member is the level, and the orders counted of the days from one date to another.
	Member(ctx context.Context, id, from, to string) (levels.Answer, error)
	// Orders are the documents of all orders, page after page until there is none, or there are at least most.
	Orders(ctx context.Context, id string, most int) ([]documents.Document, error)
	// HasOrder says whether an order is found by its id.
	HasOrder(ctx context.Context, id string) (bool, error)
}

// OrdersDeps are whom RunOrders asks.
type OrdersDeps struct {
	Members Members
	Topic   Letters // with the announcements
	Offsets Offsets
	Watcher Watcher
}

// OrdersConfig of one verification of a load of orders.
type OrdersConfig struct {
	Ledger  *ledger.Ledger
	Wait    time.Duration // for the readers to be done; 0 = not at all
	Poll    time.Duration // between two looks; above 0
	Still   time.Duration // without any progress, and at least 5 looks, before waiting is given up; 0 = 5 looks
	Settle  time.Duration // once the readers are done, for announcements on their way and documents that no search sees yet; 0 = there are none
	Readers int           // members asked for at once; 1 or more
}

// orderVerifier is one verification of a load of orders.
type orderVerifier struct {
	*verifier

	cfg    OrdersConfig
	deps   OrdersDeps
	author *orders.Author
	oracle *levels.Oracle
	index  *documents.Oracle
	said   announcements
	found  []levels.Verdict    // by member
	kept   []documents.Verdict // likewise
	asked  int64               // members, however often
}

// RunOrders waits for the readers, asks for every member and its orders, reads every announcement, and judges all by oracles. An error
// means that something could not be read; what does not hold is in the report.
func RunOrders(ctx context.Context, cfg OrdersConfig, deps OrdersDeps) (*Report, error) {
	author, err := orders.New(*cfg.Ledger.Header.Orders)
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	v := &orderVerifier{
		cfg: cfg, deps: deps, author: author, found: make([]levels.Verdict, author.Members), kept: make([]documents.Verdict, author.Members),
	}
	v.verifier = &verifier{
		cfg:  Config{Ledger: cfg.Ledger, Wait: cfg.Wait, Poll: cfg.Poll, Still: cfg.Still},
		deps: Deps{Offsets: deps.Offsets, Watcher: deps.Watcher}, report: &Report{Run: author.Run}, samples: cfg.Ledger.Samples,
	}
	v.introduce()
	if err := v.wait(ctx); err != nil {
		return nil, err
	}
	v.report.Waited = time.Since(begin).Seconds()
	deps.Watcher.Doing("reading the ledger", 0)
	if v.oracle, err = levels.New(author, cfg.Ledger); err != nil {
		return nil, err
	}
	v.index = documents.New(author, cfg.Ledger)
	if err := v.look(ctx); err != nil {
		return nil, err
	}
	v.report.Assertions = []Assertion{
		v.answered(), v.noneLost(), v.noneInvented(), v.documents(), v.oneDocument(),
		v.counts(), v.levels(), v.changes(), v.order(), v.offsets(), v.provoked(),
	}
	v.report.Seconds = time.Since(begin).Seconds()
	return v.report, ctx.Err()
}

// look asks for all members, and for those again with whom something is wrong while something may be on its way.
func (v *orderVerifier) look(ctx context.Context) error {
	begin := time.Now()
	var members []int64
	for member := range v.author.Members {
		members = append(members, member)
	}
	for {
		if err := v.ask(ctx, members); err != nil {
			return err
		}
		members = v.wrong(members)
		if len(members) == 0 || time.Since(begin) >= v.cfg.Settle {
			return nil
		}
		timer := time.NewTimer(v.cfg.Poll)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		}
	}
}

// wrong leaves of some members those with whom something is.
func (v *orderVerifier) wrong(members []int64) (left []int64) {
	for _, member := range members {
		if f := &v.found[member]; f.Counts+f.Level+f.Order+f.Changes != "" || v.kept[member].Wrong() {
			left = append(left, member)
		}
	}
	return left
}
