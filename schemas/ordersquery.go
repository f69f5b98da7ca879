package schemas

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"strings"
	"unicode"
)

// OrdersQuery asks for orders, those with the greatest ids first: ids of ours begin with the time, so that
// is newest first. And an order keeps its place, whatever comes of it while somebody turns the pages.
type OrdersQuery struct {
	MemberID string // "" = any; likewise the next three
	DriverID string
	Type     string // of the order now
	City     string
	Words    []string // see QueryWords; each must be in the text; empty = any text, or none
	From, To int64    // ms of Order.TS, From inclusive, To exclusive; 0 = unbounded
	Limit    int
	Cursor   string // "" = from the newest; else Next of the page before
}

// Orders is one page of orders.
type Orders struct {
	Orders []Order
	Next   string // "" = that was the last page
}

// maxQueryWords bounds the words of one question.
const maxQueryWords = 16

// QueryWords are the words of a question about a text, those without a letter or digit left out, and none after
// the first sixteen. In a text each has to be found as a whole, whatever the case; a word that a store takes for several (third-floor, 沙发)
// is found where they follow one another. ok is false when nothing is left to look for.
func QueryWords(text string) (words []string, ok bool) {
	for word := range strings.FieldsSeq(text) {
		if strings.ContainsFunc(word, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) && len(words) < maxQueryWords {
			words = append(words, word)
		}
	}
	return words, len(words) > 0
}

// OrderStep is the id of the order at which a page ended.
type OrderStep int64

const (
	orderStepForm  = 2 // the first byte; a track's cursor has another
	orderStepBytes = 1 + 8 + crc32.Size
)

// Cursor is the step as a client gets it.
func (s OrderStep) Cursor() string {
	raw := binary.BigEndian.AppendUint64([]byte{orderStepForm}, uint64(s))
	raw = binary.BigEndian.AppendUint32(raw, crc32.ChecksumIEEE(raw))
	return base64.RawURLEncoding.EncodeToString(raw)
}

// ParseOrderStep accepts what Cursor has made, and nothing else: the error is ErrBadCursor.
func ParseOrderStep(cursor string) (OrderStep, error) {
	if len(cursor) != base64.RawURLEncoding.EncodedLen(orderStepBytes) {
		return 0, ErrBadCursor
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || raw[0] != orderStepForm {
		return 0, ErrBadCursor
	}
	body, sum := raw[:orderStepBytes-crc32.Size], raw[orderStepBytes-crc32.Size:]
	step := int64(binary.BigEndian.Uint64(body[1:]))
	if binary.BigEndian.Uint32(sum) != crc32.ChecksumIEEE(body) || step <= 0 {
		return 0, ErrBadCursor
	}
	return OrderStep(step), nil
}
