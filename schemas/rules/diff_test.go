package rules

import (
	"slices"
	"testing"
)

func TestDiff(t *testing.T) {
	from := read(t, `
version: a
timeZone: UTC
levels: [{name: base}, {name: up, orders: 5}, {name: top, orders: 20, privileges: [x, y]}]
products: [{sku: p, level: up, days: 31}, {sku: q, level: top, days: 31}]
coupons: [{id: c, level: up, every: month, day: 1, at: "09:00"}, {id: gone, sku: p, every: day, at: "09:00", quota: 9}]
`)
	to := read(t, `
version: b
timeZone: Asia/Shanghai
keepMonths: 1
levels: [{name: base}, {name: middle, orders: 5}, {name: up, orders: 6}, {name: top, orders: 20, privileges: [x]}]
products: [{sku: q, level: top, days: 31}, {sku: p, level: top, days: 30}]
coupons: [{id: c, sku: p, every: month, day: 1, at: "09:00"}]
`)
	want := []Change{
		{"timeZone", "UTC", "Asia/Shanghai", true},
		{"keepMonths", "0", "1", true},
		{"levels.up.rank", "1", "2", true},
		{"levels.up.orders", "5", "6", true},
		{"levels.top.rank", "2", "3", true},
		{"levels.top.privileges", "x y", "x", false},
		{"products.p.level", "up", "top", true},
		{"products.p.days", "31", "30", true},
		{"coupons.c.level", "up", "", false},
		{"coupons.gone.sku", "p", "", false},
		{"coupons.gone.every", "day", "", false},
		{"coupons.gone.at", "09:00", "", false},
		{"coupons.gone.quota", "9", "", false},
		{"levels.middle.rank", "", "1", true},
		{"levels.middle.orders", "", "5", true},
		{"coupons.c.sku", "", "p", false},
	}
	if got := Diff(from, to); !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
	if got := Diff(from, from); len(got) > 0 {
		t.Errorf("differs from itself: %+v", got)
	}
}
