package embedded

import (
	sqldriver "database/sql/driver"

	"sluice/pipelines"
	"sluice/schemas"
)

// addOrder takes what an event says of an order, or says why that can never be kept.
func (r *request) addOrder(w *pipelines.Write, at int) pipelines.Result {
	order, err := schemas.ParseOrder(w.Body)
	if err != nil || string(schemas.AppendOrderKey(nil, order.OrderID)) != string(w.Key) || schemas.OrderIndex(order.OrderID) != r.target {
		return pipelines.Result{Verdict: pipelines.Poison, Reason: reasonUnmerged}
	}
	r.rows = append(r.rows, row{key: w.Key, slot: order.OrderID, order: &order, place: at})
	return pipelines.Result{}
}

// merge carries out the writes of a transaction; those of one order follow one another. Ids rise with time: most orders that
// are new are above all that are there, and need not be looked for.
func (f *file) merge(rows []*row) error {
	var newest int64
	err := f.conn.orders.newest.each(func(row []sqldriver.Value) (err error) {
		newest, err = number(row[0])
		return err
	})
	if err != nil {
		return err
	}
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n].slot == rows[0].slot {
			n++
		}
		if err := f.mergeOne(rows[:n], rows[0].slot <= newest); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// mergeOne merges the writes of one order into what is there, if it may be there.
func (f *file) mergeOne(rows []*row, perhaps bool) (err error) {
	var held []byte
	if perhaps {
		if held, err = f.conn.orders.get.run(rows[0].slot); err != nil {
			return err
		}
	}
	var was *schemas.Order
	var now schemas.Order
	if held != nil {
		if now, err = schemas.ParseOrder(held); err != nil {
			return errCorrupt
		}
		before := now
		was = &before
	} else {
		now = *rows[0].order
	}
	changed := held == nil
	for i, r := range rows {
		r.changed = now.Merge(r.order) || held == nil && i == 0
		changed = changed || r.changed
	}
	if !changed {
		return nil
	}
	return f.conn.orders.write(&now, was)
}
