package schemas

import "strconv"

// The places of a change's form.
const (
	levelMemberID = iota
	levelFrom
	levelTo
	levelCause
	levelPeriod
	levelOrders
	levelOrderID
	levelEpoch
	levelVersion
	levelAt
	levelValidUntil
	levelRuleset
)

//nolint:gochecknoglobals // a constant table
var levelForm = form{
	levelMemberID:   {"memberId", kindText, true},
	levelFrom:       {"from", kindText, true},
	levelTo:         {"to", kindText, true},
	levelCause:      {"cause", kindText, true},
	levelPeriod:     {"period", kindText, false},
	levelOrders:     {"orders", kindInteger, false},
	levelOrderID:    {"orderId", kindText, false},
	levelEpoch:      {"epoch", kindInteger, true},
	levelVersion:    {"version", kindInteger, true},
	levelAt:         {"at", kindInteger, true},
	levelValidUntil: {"validUntil", kindInteger, false},
	levelRuleset:    {"ruleset", kindText, false},
}

// AppendLevelJSON appends the JSON of a change, without a line break.
func AppendLevelJSON(dst []byte, c *LevelChanged) []byte {
	dst = appendQuoted(append(dst, `{"memberId":`...), c.MemberID)
	dst = appendQuoted(append(dst, `,"from":`...), c.From)
	dst = appendQuoted(append(dst, `,"to":`...), c.To)
	dst = appendQuoted(append(dst, `,"cause":`...), c.Cause)
	dst = appendQuoted(append(dst, `,"period":`...), c.Period)
	dst = strconv.AppendInt(append(dst, `,"orders":`...), int64(c.Orders), 10)
	if c.OrderID != "" {
		dst = appendQuoted(append(dst, `,"orderId":`...), c.OrderID)
	}
	dst = strconv.AppendInt(append(dst, `,"epoch":`...), c.Epoch, 10)
	dst = strconv.AppendInt(append(dst, `,"version":`...), c.Version, 10)
	dst = strconv.AppendInt(append(dst, `,"at":`...), c.At, 10)
	dst = strconv.AppendInt(append(dst, `,"validUntil":`...), c.ValidUntil, 10)
	dst = appendQuoted(append(dst, `,"ruleset":`...), c.Ruleset)
	return append(dst, '}')
}

// DecodeLevel reads the JSON of a change into c, which it resets first. Every error is a *FieldError.
// Fields that it does not know are passed over: later versions may have more.
func DecodeLevel(c *LevelChanged, value []byte) error {
	var read cells
	if err := levelForm.read(&read, value); err != nil {
		return err
	}
	*c = LevelChanged{
		MemberID: string(read.texts[levelMemberID]), From: string(read.texts[levelFrom]), To: string(read.texts[levelTo]),
		Cause: string(read.texts[levelCause]), Period: string(read.texts[levelPeriod]), Orders: int(read.numbers[levelOrders]),
		OrderID: string(read.texts[levelOrderID]), Epoch: read.numbers[levelEpoch], Version: read.numbers[levelVersion],
		At: read.numbers[levelAt], ValidUntil: read.numbers[levelValidUntil], Ruleset: string(read.texts[levelRuleset]),
	}
	for place, number := range read.numbers[:len(levelForm)] {
		if number < 0 {
			return outOfRange(levelForm[place].name, "below 0")
		}
	}
	return nil
}
