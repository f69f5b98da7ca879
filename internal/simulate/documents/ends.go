package documents

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// Ends are the ids of the orders that were made first or last of their calendar month, UTC, each once. An index that errs about
// where a month ends lists them as ever, and does not find them where their ids lead.
// What has no order's id cannot be sought by it.
func Ends(told []Document) (ids []string) {
	made := make([]*Document, 0, len(told))
	for i := range told {
		if id, err := strconv.ParseInt(told[i].OrderID, 10, 64); err == nil && id > 0 && told[i].CreatedAt != nil {
			made = append(made, &told[i])
		}
	}
	slices.SortStableFunc(made, func(a, b *Document) int { return cmp.Compare(*a.CreatedAt, *b.CreatedAt) })
	for i, d := range made {
		if i == 0 || i == len(made)-1 || month(made[i-1]) != month(d) || month(d) != month(made[i+1]) {
			ids = append(ids, d.OrderID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func month(d *Document) [2]int {
	year, month, _ := time.UnixMilli(*d.CreatedAt).UTC().Date()
	return [2]int{year, int(month)}
}
