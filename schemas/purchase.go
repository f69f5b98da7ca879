package schemas

import "strconv"

// Purchase is a product that a member bought. Byte slices alias the input of the decoder, unless it had
// to unescape them.
type Purchase struct {
	PurchaseID []byte
	MemberID   []byte
	SKU        []byte // a product of the rules
	At         int64  // from when it holds, ms since 1970 UTC
	Unknown    int    // fields that the schema does not know
}

// The places of a purchase's form.
const (
	purchaseID = iota
	purchaseMemberID
	purchaseSKU
	purchaseAt
)

//nolint:gochecknoglobals // a constant table
var purchaseForm = form{
	purchaseID:       {"purchaseId", kindText, true},
	purchaseMemberID: {"memberId", kindText, true},
	purchaseSKU:      {"sku", kindText, true},
	purchaseAt:       {"at", kindInteger, true},
}

// DecodePurchase reads the JSON of a purchase into p, which it resets first. Every error is a
// *FieldError, after which p is not to be used. It is as strict as DecodePing.
func DecodePurchase(p *Purchase, value []byte) error {
	var c cells
	if err := purchaseForm.read(&c, value); err != nil {
		return err
	}
	*p = Purchase{
		PurchaseID: c.texts[purchaseID], MemberID: c.texts[purchaseMemberID], SKU: c.texts[purchaseSKU],
		At: c.numbers[purchaseAt], Unknown: c.unknown,
	}
	for place, text := range [][]byte{p.PurchaseID, p.MemberID, p.SKU} {
		if err := checkText(purchaseForm[place].name, text); err != nil {
			return err
		}
	}
	return checkTime("at", p.At)
}

// AppendPurchaseJSON appends the canonical JSON of a purchase, without a line break.
func AppendPurchaseJSON(dst []byte, p *Purchase) []byte {
	dst = appendText(append(dst, `{"purchaseId":`...), p.PurchaseID)
	dst = appendText(append(dst, `,"memberId":`...), p.MemberID)
	dst = appendText(append(dst, `,"sku":`...), p.SKU)
	dst = strconv.AppendInt(append(dst, `,"at":`...), p.At, 10)
	return append(dst, '}')
}
