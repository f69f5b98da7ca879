package schemas

// Purchase is a product that a member bought. Byte slices alias the input of the decoder, unless it had
// to unescape them.
type Purchase struct {
	PurchaseID []byte
	MemberID   []byte
	SKU        []byte // a product of the rules
	At         int64  // from when it holds, ms since 1970 UTC
	Unknown    int    // fields that the schema does not know
}

// DecodePurchase reads the JSON of a purchase into p, which it resets first. Every error is a
// *FieldError, after which p is not to be used. It is as strict as DecodePing.
func DecodePurchase(p *Purchase, value []byte) error { return nil }

// AppendPurchaseJSON appends the canonical JSON of a purchase, without a line break.
func AppendPurchaseJSON(dst []byte, p *Purchase) []byte { return dst }
