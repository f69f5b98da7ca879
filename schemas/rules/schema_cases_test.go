package rules

import (
	"encoding/json"
	"strconv"
	"strings"
)

// change is one edit of a good file, and who refuses it.
type change struct {
	path           string
	value          any
	schema, reader bool
}

// What the schema refuses the reader refuses too; the reader alone compares entries with each other.
func changes() []change {
	const both, only = true, false
	long := strings.Repeat("x", 65)
	word := func(i int) any { return "w" + strconv.Itoa(i) }
	level := func(i int) any { return map[string]any{"name": word(i), "orders": i} }
	list := []change{
		{"version", nil, both, true},
		{"version", "", both, true},
		{"version", "a b", both, true},
		{"version", 2026, both, true},
		{"version", long, both, true},
		{"timeZone", nil, both, true},
		{"timeZone", "", both, true},
		{"timeZone", "Mars/Olympus", only, true},
		{"timeZone", "Local", only, true},
		{"keepMonths", nil, false, false},
		{"keepMonths", 0, false, false},
		{"keepMonths", 11, false, false},
		{"keepMonths", -1, both, true},
		{"keepMonths", 12, both, true},
		{"keepMonths", 1.5, both, true},
		{"keepMonths", "1", both, true},
		{"keepMonth", 1, both, true},
		{"levels", nil, both, true},
		{"levels", []any{}, both, true},
		{"levels", many(maxLevels+1, level), both, true},
		{"levels", "base", both, true},
		{"levels.0.name", nil, both, true},
		{"levels.0.name", "Base", both, true},
		{"levels.0.name", "-base", both, true},
		{"levels.0.name", 5, both, true},
		{"levels.0.orders", 1, only, true},
		{"levels.1.orders", 0, only, true},
		{"levels.1.orders", nil, only, true},
		{"levels.2.orders", maxOrders + 1, both, true},
		{"levels.1.orders", 4.9, both, true},
		{"levels.2.name", "up", only, true},
		{"levels.1.order", 3, both, true},
		{"levels.1.privileges", []any{"a", "a"}, both, true},
		{"levels.1.privileges", []any{"a b"}, both, true},
		{"levels.1.privileges", []any{1}, both, true},
		{"levels.1.privileges", many(maxPrivileges+1, word), both, true},
		{"levels.1.privileges", many(maxPrivileges, word), false, false},
		{"products.0.sku", nil, both, true},
		{"products.0.sku", long, both, true},
		{"products.0.level", nil, both, true},
		{"products.0.level", "tin", only, true},
		{"products.0.level", "base", only, true},
		{"products.0.days", nil, both, true},
		{"products.0.days", 0, both, true},
		{"products.0.days", maxDays + 1, both, true},
		{"products.0.price", 1, both, true},
		{"products", many(maxProducts+1, func(i int) any { return map[string]any{"sku": word(i), "level": "up", "days": 1} }), both, true},
		{"coupons.0.id", nil, both, true},
		{"coupons.0.id", "a:b", both, true},
		{"coupons.0.id", "weekly", only, true},
		{"coupons.0.level", nil, both, true},
		{"coupons.0.sku", "Up.Year_1", both, true},
		{"coupons.0.level", "tin", only, true},
		{"coupons.2.sku", "tin", only, true},
		{"coupons.0.every", nil, both, true},
		{"coupons.0.every", "hour", both, true},
		{"coupons.0.day", 32, both, true},
		{"coupons.0.day", nil, only, true},
		{"coupons.1.day", 8, only, true},
		{"coupons.2.day", 1, only, true},
		{"coupons.0.at", nil, both, true},
		{"coupons.0.at", "9:00", both, true},
		{"coupons.0.at", "24:00", both, true},
		{"coupons.0.quota", nil, false, false},
		{"coupons.0.quota", -1, both, true},
		{"coupons.0.quota", maxQuota + 1, both, true},
		{"coupons.0.until", "x", both, true},
		{"coupons", many(maxCoupons+1, func(i int) any { return map[string]any{"id": word(i), "level": "up", "every": "day", "at": "09:00"} }), both, true},
	}
	for _, name := range []string{"version", "timeZone", "keepMonths", "levels", "products", "coupons"} {
		list = append(list, change{name, json.RawMessage("null"), both, true})
	}
	return list
}

// put sets the value at a path such as levels.1.orders; nil takes it away.
func put(doc any, path string, value any) {
	head, rest, deeper := strings.Cut(path, ".")
	if list, ok := doc.([]any); ok {
		i, err := strconv.Atoi(head)
		if err != nil {
			panic(err)
		}
		if deeper {
			put(list[i], rest, value)
		} else {
			list[i] = value
		}
		return
	}
	object := doc.(map[string]any) // a wrong path fails the test
	switch {
	case deeper:
		put(object[head], rest, value)
	case value == nil:
		delete(object, head)
	default:
		object[head] = value
	}
}

func many(n int, entry func(i int) any) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = entry(i)
	}
	return list
}
