package verify

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"sluice/internal/simulate/documents"
	"sluice/internal/simulate/levels"
	"sluice/pipelines"
	"sluice/schemas"
)

// announcements are what the topic of level changes says about the members of the run.
type announcements struct {
	byMember  map[int64][]levels.Change // in the order of the topic
	partition map[int64]int32           // of a member's
	records   int64
	faults    []string // values that are none, and members in two partitions
}

// ask judges some members anew. Each is asked for before the topic is read: what it has announced by then is there, or on its way.
func (v *orderVerifier) ask(ctx context.Context, members []int64) error {
	from, to := v.oracle.Span()
	answers := make([]levels.Answer, len(members))
	group, asking := errgroup.WithContext(ctx)
	group.SetLimit(v.cfg.Readers)
	for i, member := range members {
		if asking.Err() != nil {
			break
		}
		group.Go(func() (err error) {
			answers[i], err = v.deps.Members.Member(asking, v.author.MemberID(member), from, to)
			if err == nil {
				err = v.askOrders(asking, member)
			}
			if err != nil {
				return fmt.Errorf("asking for member %s: %w", v.author.MemberID(member), err)
			}
			return nil
		})
		if v.asked++; v.asked%1000 == 0 {
			v.deps.Watcher.Doing("asking for members", v.asked)
		}
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if err := v.listen(ctx); err != nil {
		return err
	}
	for i, member := range members {
		v.found[member] = v.oracle.Judge(member, &answers[i], v.said.byMember[member])
	}
	return nil
}

// askOrders judges the documents of a member's orders, and seeks those at the ends of months by their ids. Of a member who has
// far more of them than were sent some are enough to say so.
func (v *orderVerifier) askOrders(ctx context.Context, member int64) error {
	told, err := v.deps.Members.Orders(ctx, v.author.MemberID(member), 2*v.index.Sent(member)+surplus)
	if err != nil {
		return err
	}
	verdict := v.index.Judge(member, told)
	for _, id := range documents.Ends(told) {
		found, err := v.deps.Members.HasOrder(ctx, id)
		if err != nil {
			return err
		}
		verdict.Seek(id, found)
	}
	v.kept[member] = verdict
	return nil
}

// surplus is how many documents that should not be there are looked at, beside two of each order.
const surplus = 1000

// listen reads the topic of level changes from its start.
func (v *orderVerifier) listen(ctx context.Context) error {
	v.deps.Watcher.Doing("reading "+schemas.TopicLevels, 0)
	a := announcements{byMember: map[int64][]levels.Change{}, partition: map[int64]int32{}}
	err := v.deps.Topic.Scan(ctx, schemas.TopicLevels, time.Time{}, func(part pipelines.Partition, rec *pipelines.Record) error {
		member, ours := v.author.MemberNumber(string(rec.Key))
		var c schemas.LevelChanged
		err := schemas.DecodeLevel(&c, rec.Value)
		if said, known := v.author.MemberNumber(c.MemberID); err == nil && known {
			if !ours || said != member {
				a.faults = append(a.faults, fmt.Sprintf("a change of %s has the key %q", c.MemberID, rec.Key))
			}
			member, ours = said, true
		}
		if !ours {
			return nil
		}
		if a.records++; err != nil {
			a.faults = append(a.faults, fmt.Sprintf("offset %d of partition %d is no change: %v", rec.Offset, part.ID, err))
			return nil
		}
		if was, known := a.partition[member]; known && was != part.ID {
			a.faults = append(a.faults, fmt.Sprintf("changes of %s are in partitions %d and %d", c.MemberID, was, part.ID))
		}
		a.partition[member] = part.ID
		a.byMember[member] = append(a.byMember[member], changeOf(&c))
		return nil
	})
	v.said = a
	if err != nil {
		return fmt.Errorf("reading %s: %w", schemas.TopicLevels, err)
	}
	return nil
}

func changeOf(c *schemas.LevelChanged) levels.Change {
	return levels.Change{
		From: c.From, To: c.To, Cause: c.Cause, Period: c.Period, Orders: c.Orders, OrderID: c.OrderID,
		Epoch: c.Epoch, Version: c.Version, At: c.At, ValidUntil: c.ValidUntil, Ruleset: c.Ruleset,
	}
}
