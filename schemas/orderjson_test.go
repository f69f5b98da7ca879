package schemas

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func sameOrder(a, b *OrderEvent) bool {
	return a.OrderID == b.OrderID && bytes.Equal(a.MemberID, b.MemberID) && bytes.Equal(a.DriverID, b.DriverID) &&
		a.Type == b.Type && a.At == b.At && a.CreatedAt == b.CreatedAt && a.Amount == b.Amount && a.HasAmount == b.HasAmount &&
		bytes.Equal(a.City, b.City) && bytes.Equal(a.Text, b.Text) && a.Unknown == b.Unknown
}

func samePurchase(a, b *Purchase) bool {
	return bytes.Equal(a.PurchaseID, b.PurchaseID) && bytes.Equal(a.MemberID, b.MemberID) && bytes.Equal(a.SKU, b.SKU) &&
		a.At == b.At && a.Unknown == b.Unknown
}

func TestGoodOrders(t *testing.T) {
	var out []byte
	for _, value := range lines(t, "orders/good.ndjson") {
		e := OrderEvent{Amount: 1, HasAmount: true, City: []byte("left over"), Unknown: 3}
		if err := DecodeOrder(&e, []byte(value)); err != nil {
			t.Errorf("%s: %v", value, err)
		}
		out = append(AppendOrderJSON(out, &e), '\n')
	}
	golden(t, "orders/good.golden", out)
}

func TestGoodPurchases(t *testing.T) {
	var out []byte
	for _, value := range lines(t, "purchases/good.ndjson") {
		p := Purchase{Unknown: 3}
		if err := DecodePurchase(&p, []byte(value)); err != nil {
			t.Errorf("%s: %v", value, err)
		}
		out = append(AppendPurchaseJSON(out, &p), '\n')
	}
	golden(t, "purchases/good.golden", out)
}

func TestBadOrdersAndPurchases(t *testing.T) {
	refuses(t, "orders/bad.txt", func(value []byte) error { return DecodeOrder(&OrderEvent{}, value) })
	refuses(t, "purchases/bad.txt", func(value []byte) error { return DecodePurchase(&Purchase{}, value) })
}

// refuses holds a decoder to a file of lines: code, field or "-", value.
func refuses(t *testing.T, file string, decode func([]byte) error) {
	t.Helper()
	for _, line := range lines(t, file) {
		words := strings.SplitN(line, " ", 3)
		err := decode([]byte(words[2]))
		got, ok := errors.AsType[*FieldError](err)
		if !ok || got.Code != words[0] || got.Field != strings.TrimPrefix(words[1], "-") {
			t.Errorf("%s: %v, want %s %s", words[2], err, words[0], words[1])
		}
	}
}

func TestAnOrderIsLimited(t *testing.T) {
	good := `{"orderId":"17","memberId":"m","type":"completed","at":1790000000123`
	for value, code := range map[string]string{
		good + `,"text":"` + strings.Repeat("x", MaxOrderText) + `"}`:   "",
		good + `,"text":"` + strings.Repeat("x", MaxOrderText+1) + `"}`: CodeTooLong,
		good + `,"x":"` + strings.Repeat("x", maxFormBytes) + `"}`:      CodeTooLarge,
		good + `,"x":[` + strings.Repeat(`{"a":0},`, 64) + `0]}`:        CodeManyKeys,
		good + ",\"city\":\"\xff\"}":                                    CodeBadUTF8,
		good + ",\"x\xc0\xaf\":1}":                                      CodeBadUTF8,
		"\xef\xbb\xbf" + good + "}":                                     CodeBadJSON,
	} {
		var e OrderEvent
		got, _ := errors.AsType[*FieldError](DecodeOrder(&e, []byte(value)))
		if got == nil && code != "" || got != nil && got.Code != code {
			t.Errorf("%.90q: %v, want %q", value, got, code)
		}
	}
}

func TestAnOrdersUnknownFieldsAreCounted(t *testing.T) {
	good := `{"orderId":"17","memberId":"m","type":"completed","at":1790000000123`
	for value, want := range map[string]int{
		good + `}`:                0,
		good + `,"x":1,"y":"z"}`:  2,
		good + `,"x":{"at":9}}`:   1,
		good + `,"At":9,"ord":1}`: 2,
		good + `,"1":0,"2":0,"3":0,"4":0,"5":0,"6":0,"7":0,"8":0,"9":0,"10":0}`: 10,
	} {
		var e OrderEvent
		if err := DecodeOrder(&e, []byte(value)); err != nil || e.Unknown != want || e.At != 1790000000123 {
			t.Errorf("%s: %d unknown, %v; want %d", value, e.Unknown, err, want)
		}
	}
}

// Every order that can be written comes back the same, whichever way its id is written.
func TestOrdersComeBack(t *testing.T) {
	text := rapid.StringMatching(`[a-z"\\é会 ]{0,20}`)
	rapid.Check(t, func(t *rapid.T) {
		e := OrderEvent{
			OrderID: rapid.Int64Min(1).Draw(t, "id"), MemberID: []byte("m" + text.Draw(t, "member")), DriverID: []byte(text.Draw(t, "driver")),
			Type: OrderType(rapid.IntRange(1, 4).Draw(t, "type")), At: rapid.Int64Range(MinTS, MaxTS-1).Draw(t, "at"),
			HasAmount: rapid.Bool().Draw(t, "has amount"), City: []byte(text.Draw(t, "city")), Text: []byte(text.Draw(t, "text") + "\n"),
		}
		if e.HasAmount {
			e.Amount = rapid.Int64Range(-MaxAmount, MaxAmount).Draw(t, "amount")
		}
		if rapid.Bool().Draw(t, "has created") {
			e.CreatedAt = rapid.Int64Range(MinTS, MaxTS-1).Draw(t, "created")
		}
		var again OrderEvent
		if err := DecodeOrder(&again, AppendOrderJSON(nil, &e)); err != nil || !sameOrder(&e, &again) {
			t.Fatalf("%+v comes back as %+v, %v", e, again, err)
		}
		asNumber := strings.Replace(string(AppendOrderJSON(nil, &e)), `"`+string(AppendOrderKey(nil, e.OrderID))+`"`, string(AppendOrderKey(nil, e.OrderID)), 1)
		if err := DecodeOrder(&again, []byte(asNumber)); err != nil || !sameOrder(&e, &again) {
			t.Fatalf("%s is read as %+v, %v", asNumber, again, err)
		}
	})
}

// TestUsualOrdersAreScanned holds the reader of the hot path to its purpose.
func TestUsualOrdersAreScanned(t *testing.T) {
	for _, text := range lines(t, "orders/good.ndjson")[:5] {
		var c cells
		if !orderForm.scan(&c, []byte(text)) {
			t.Errorf("%s is not scanned", text)
		}
		var e OrderEvent
		var err error
		if n := testing.AllocsPerRun(100, func() { err = DecodeOrder(&e, []byte(text)) }); n > 1 || err != nil { // the conversion is one
			t.Errorf("%s: %v allocations, %v", text, n, err)
		}
	}
}

// FuzzDecodeOrder: no input panics, the two readers of a form agree wherever the fast one answers, and what
// was accepted comes back the same from its canonical form.
func FuzzDecodeOrder(f *testing.F) {
	for _, file := range []string{"orders/good.ndjson", "orders/bad.txt", "purchases/good.ndjson", "purchases/bad.txt"} {
		for _, line := range lines(f, file) {
			f.Add([]byte(line[max(0, strings.IndexByte(line, '{')):]))
		}
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		for _, form := range []form{orderForm, purchaseForm, levelForm} {
			agree(t, form, value)
		}
		var e, eAgain OrderEvent
		if DecodeOrder(&e, value) == nil {
			e.Unknown = 0
			if err := DecodeOrder(&eAgain, AppendOrderJSON(nil, &e)); err != nil || !sameOrder(&e, &eAgain) {
				t.Fatalf("%+v comes back as %+v, %v", e, eAgain, err)
			}
		}
		var p, pAgain Purchase
		if DecodePurchase(&p, value) == nil {
			p.Unknown = 0
			if err := DecodePurchase(&pAgain, AppendPurchaseJSON(nil, &p)); err != nil || !samePurchase(&p, &pAgain) {
				t.Fatalf("%+v comes back as %+v, %v", p, pAgain, err)
			}
		}
	})
}

// agree compares the fast reader with the general one.
func agree(t *testing.T, f form, value []byte) {
	t.Helper()
	var fast, general cells
	if len(value) > maxFormBytes || !f.scan(&fast, value) {
		return
	}
	if err := f.readGeneral(&general, value); err != nil {
		t.Fatalf("scanned, and the general reader says %v", err)
	}
	if fast.have != general.have || fast.unknown != general.unknown || fast.numbers != general.numbers {
		t.Fatalf("scanned as %+v, generally %+v", fast, general)
	}
	for i := range f {
		if !bytes.Equal(fast.texts[i], general.texts[i]) {
			t.Fatalf("%s scanned as %q, generally %q", f[i].name, fast.texts[i], general.texts[i])
		}
	}
}
