package schemas

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// What is written is what encoding/json would write and read, and comes back the same.
func TestChangesAndGrantsComeBack(t *testing.T) {
	word := rapid.StringMatching(`[a-z"\\é会:-]{1,20}`)
	count := rapid.Int64Min(0)
	rapid.Check(t, func(t *rapid.T) {
		c := LevelChanged{
			MemberID: word.Draw(t, "member"), From: word.Draw(t, "from"), To: word.Draw(t, "to"), Cause: word.Draw(t, "cause"),
			Period: word.Draw(t, "period"), Orders: int(count.Draw(t, "orders")), OrderID: rapid.SampledFrom([]string{"", "17"}).Draw(t, "order"),
			Epoch: count.Draw(t, "epoch"), Version: count.Draw(t, "version"), At: count.Draw(t, "at"), ValidUntil: count.Draw(t, "until"), Ruleset: word.Draw(t, "ruleset"),
		}
		var changed, byLibrary LevelChanged
		value := AppendLevelJSON(nil, &c)
		if err := errors.Join(DecodeLevel(&changed, value), json.Unmarshal(value, &byLibrary)); err != nil || changed != c || byLibrary != c {
			t.Fatalf("%s is read as %+v and %+v, %v", value, changed, byLibrary, err)
		}
		g := CouponGranted{
			MemberID: c.MemberID, Plan: c.From, Period: c.Period, CouponID: CouponID(c.From, c.Period, c.MemberID),
			At: rapid.Int64Range(MinTS, MaxTS-1).Draw(t, "granted"),
		}
		var granted, grantedByLibrary CouponGranted
		value = AppendCouponJSON(nil, &g)
		if err := errors.Join(DecodeCoupon(&granted, value), json.Unmarshal(value, &grantedByLibrary)); err != nil || granted != g || grantedByLibrary != g {
			t.Fatalf("%s is read as %+v and %+v, %v", value, granted, grantedByLibrary, err)
		}
	})
}

// The fields on the wire are those that api.md fixes, in its order.
func TestTheShapeOfAChange(t *testing.T) {
	c := LevelChanged{
		MemberID: "M0000042", From: "silver", To: "gold", Cause: CauseOrders, Period: "2026-11", Orders: 20, OrderID: "301885432101234567",
		Epoch: 3, Version: 17, At: 1790000000123, ValidUntil: 1793462400000, Ruleset: "2026-01",
	}
	const want = `{"memberId":"M0000042","from":"silver","to":"gold","cause":"orders","period":"2026-11","orders":20,"orderId":"301885432101234567",` +
		`"epoch":3,"version":17,"at":1790000000123,"validUntil":1793462400000,"ruleset":"2026-01"}`
	if got := string(AppendLevelJSON(nil, &c)); got != want {
		t.Errorf("got %s", got)
	}
	g := CouponGranted{MemberID: "m", Plan: "p", Period: "2026-11", CouponID: "p:2026-11:m", At: 1790000000123}
	if got := string(AppendCouponJSON(nil, &g)); got != `{"memberId":"m","plan":"p","period":"2026-11","couponId":"p:2026-11:m","at":1790000000123}` {
		t.Errorf("got %s", got)
	}
}

func TestBadChangesAndGrants(t *testing.T) {
	for value, want := range map[string]FieldError{
		`{}`: {Code: CodeMissing, Field: "memberId"},
		`{"memberId":"m","from":"a","to":"b","cause":"orders","epoch":1,"version":-1,"at":1}`:                {Code: CodeOutOfRange, Field: "version"},
		`{"memberId":"m","from":"a","to":"b","cause":"orders","epoch":1,"at":1}`:                             {Code: CodeMissing, Field: "version"},
		`{"memberId":"m","from":"a","to":"b","cause":"orders","epoch":"1","version":1,"at":1}`:               {Code: CodeWrongType, Field: "epoch"},
		`{"memberId":"m","from":"a","to":"b","cause":"orders","orders":1.5,"epoch":1,"version":1,"at":1}`:    {Code: CodeWrongType, Field: "orders"},
		`{"memberId":"m","from":"a","to":"b","cause":"orders","epoch":1,"version":1,"at":1,"to":"platinum"}`: {Code: CodeDuplicate, Field: "to"},
	} {
		var c LevelChanged
		if got, ok := errors.AsType[*FieldError](DecodeLevel(&c, []byte(value))); !ok || got.Code != want.Code || got.Field != want.Field {
			t.Errorf("%s: %v, want %v", value, got, want)
		}
	}
	var g CouponGranted
	if got, ok := errors.AsType[*FieldError](DecodeCoupon(&g, []byte(`{"memberId":"m","plan":"p","period":"x","couponId":"c","at":1}`))); !ok || got.Field != "at" {
		t.Errorf("%v", got)
	}
}

func TestAfterOrdersByEpochThenVersion(t *testing.T) {
	c := LevelChanged{Epoch: 3, Version: 17}
	for known, want := range map[[2]int64]bool{{3, 16}: true, {3, 17}: false, {3, 18}: false, {2, 99}: true, {4, 0}: false, {0, 0}: true} {
		if got := c.After(known[0], known[1]); got != want {
			t.Errorf("after %v: %v", known, got)
		}
	}
}

func TestLevelEventsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := LevelEvent{Kind: LevelKind(rapid.IntRange(1, 6).Draw(t, "kind")), At: rapid.Int64().Draw(t, "at")}
		switch e.Kind {
		case LevelComplete, LevelVoid:
			e.Order, e.Month, e.Second = rapid.Int64().Draw(t, "order"), Month(rapid.Int32().Draw(t, "month")), rapid.Int32().Draw(t, "second")
		case LevelPurchase:
			e.Purchase, e.SKU = []byte(rapid.StringN(1, 64, 64).Draw(t, "id")), []byte(rapid.StringN(1, 64, 64).Draw(t, "sku"))
			e.Rank, e.Until = rapid.Int8().Draw(t, "rank"), rapid.Int64().Draw(t, "until")
		case LevelForget:
			e.Order = rapid.Int64().Draw(t, "order")
		case LevelIgnore, LevelSay, LevelUnset:
		}
		body := AppendLevelEvent([]byte("before"), &e)[len("before"):]
		again := LevelEvent{SKU: []byte("left over"), Until: 1}
		if err := ParseLevelEvent(body, &again); err != nil || !reflect.DeepEqual(e, again) {
			t.Fatalf("%+v comes back as %+v, %v", e, again, err)
		}
		for cut := range body {
			if err := ParseLevelEvent(body[:cut], &again); err == nil {
				t.Fatalf("%x cut to %d bytes is %+v", body, cut, again)
			}
		}
		if err := ParseLevelEvent(append(body, 0), &again); err == nil {
			t.Fatal("a byte too many is not seen")
		}
	})
	for _, body := range [][]byte{{0, 2}, {5, 2}, {255}, nil} {
		if err := ParseLevelEvent(body, &LevelEvent{}); err == nil {
			t.Errorf("%x is an event", body)
		}
	}
}
