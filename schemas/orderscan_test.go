package schemas

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// drawOrder is any order, most of its fields there.
func drawOrder(t *rapid.T) Order {
	word := func(name string) string {
		return rapid.OneOf(rapid.Just(""), rapid.StringMatching(`[a-zé会 ]{1,12}`), rapid.String(), rapid.Just("\xff")).Draw(t, name)
	}
	moment := func(name string) int64 {
		return rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(MinTS, MaxTS), rapid.Int64()).Draw(t, name)
	}
	o := Order{
		OrderID: rapid.Int64Min(1).Draw(t, "id"), MemberID: "M" + word("member"), DriverID: word("driver"), Type: word("type"),
		TS: moment("ts"), CreatedAt: moment("created"), CompletedAt: moment("completed"), CancelledAt: moment("cancelled"), RefundedAt: moment("refunded"),
		City: word("city"), Text: word("text"), MemberSaid: moment("member said"), DriverSaid: moment("driver said"),
		AmountSaid: moment("amount said"), CitySaid: moment("city said"), TextSaid: moment("text said"),
	}
	if rapid.Bool().Draw(t, "has amount") {
		amount := rapid.Int64().Draw(t, "amount")
		o.Amount = &amount
	}
	return o
}

// What the fast reader of an order takes, the general one takes too, with the same result, whatever was done to the document.
func TestScanOrderAgreesWithJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOrder(t)
		body := AppendOrder(nil, &o)
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			at := rapid.IntRange(0, len(body)-1).Draw(t, "at")
			switch rapid.IntRange(0, 2).Draw(t, "change") {
			case 0:
				body[at] = rapid.SampledFrom([]byte(`",:{}\-01.e9 n`)).Draw(t, "byte")
			case 1:
				body = append(body[:at], body[at+1:]...)
			case 2:
				body = append(body, body[at:]...)
			}
			if len(body) == 0 {
				return
			}
		}
		var scanned, want Order
		if !scanned.scan(string(body)) {
			return
		}
		if err := json.Unmarshal(body, &want); err != nil {
			t.Fatalf("%s is taken: %v", body, err)
		}
		if !reflect.DeepEqual(scanned, want) {
			t.Fatalf("%s is\n%+v, not\n%+v", body, scanned, want)
		}
	})
}

// The fast reader is of use: it takes whatever is written without an escape.
func TestScanTakesWhatIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOrder(t)
		body := string(AppendOrder(nil, &o))
		if strings.Contains(body, `\`) {
			return
		}
		var scanned Order
		if !scanned.scan(body) {
			t.Fatalf("%s is not taken", body)
		}
	})
}

func TestParseOrderTakesOtherForms(t *testing.T) {
	for body, member := range map[string]string{
		`{"memberId":"M1", "orderId": 7}`:            "M1",
		`{"orderId":7,"memberId":"M\u00e9","new":1}`: "Mé",
		`{"orderId":7,"memberId":""}`:                "",
		`{"orderId":0,"memberId":"M1"}`:              "",
		`{"orderId":07,"memberId":"M1"}`:             "",
		`{"orderId":7,"memberId":"M1"}}`:             "",
	} {
		o, err := ParseOrder([]byte(body))
		if o.MemberID != member || (err == nil) != (member != "") {
			t.Errorf("%s is of member %q, error %v; want %q", body, o.MemberID, err, member)
		}
	}
}

// Any bytes at all: what is taken in one pass, json.Unmarshal takes with the same result, and an order is read as by that alone.
func FuzzParseOrder(f *testing.F) {
	amount := int64(-38)
	whole := Order{
		OrderID: oneOrder, MemberID: "M1 é会", DriverID: "D1", Type: OrderRefunded.String(), TS: MinTS, CreatedAt: MinTS, CompletedAt: MinTS,
		CancelledAt: MaxTS, RefundedAt: MaxTS, Amount: &amount, City: "shanghai", Text: "two\nsofas",
		MemberSaid: 1, DriverSaid: 2, AmountSaid: 3, CitySaid: 4, TextSaid: 5,
	}
	f.Add(AppendOrder(nil, &whole))
	for _, body := range []string{
		`{"orderId":7,"memberId":"M1","type":"created"}`, `{"orderId":7,"memberId":"M1"} `, ` {"orderId":7,"memberId":"M1"}`, `{"orderId":7,"memberId":"M1"}{}`,
		`{"orderId":7,"memberId":"\u004d\ud83d\ude97\ud83d"}`, "{\"orderId\":7,\"memberId\":\"\xed\xa0\x80\x7f\"}", `{"orderId":7,"memberId":null,"amount":null}`,
		`{"orderId":7,"orderId":8,"memberId":"M1","MEMBERID":"M2"}`, `{"orderId":7e0,"memberId":"M1"}`, `{"orderId":7.0,"memberId":"M1"}`, `{"orderId":9223372036854775808,"memberId":"M1"}`,
		`{"orderId":7,"memberId":"M1","ts":-0,"amount":-9223372036854775808}`, `{"orderId":7,"memberId":"M1","amount":--1}`, `}`, `,"memberId":"M1"}`, ``,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var scanned, want Order
		refused := json.Unmarshal(body, &want)
		if scanned.scan(string(body)) && (refused != nil || !reflect.DeepEqual(scanned, want)) {
			t.Fatalf("%q is scanned to\n%+v, not\n%+v, %v", body, scanned, want, refused)
		}
		got, err := ParseOrder(body)
		if refused != nil || want.OrderID <= 0 || want.MemberID == "" {
			if err == nil {
				t.Fatalf("%q is %+v: %v", body, got, refused)
			}
			return
		}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%q is\n%+v, %v, not\n%+v", body, got, err, want)
		}
	})
}

func BenchmarkParseOrder(b *testing.B) {
	amount := int64(3800)
	o := Order{
		OrderID: oneOrder, MemberID: "M10000001-3", Type: OrderCompleted.String(), TS: MinTS, CompletedAt: MinTS,
		Amount: &amount, City: "shanghai", MemberSaid: MinTS << 3, AmountSaid: MinTS << 3, CitySaid: MinTS << 3,
	}
	body := AppendOrder(nil, &o)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseOrder(body); err != nil {
			b.Fatal(err)
		}
	}
}
