package embedded

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"

	"sluice/schemas"
)

// step is where a page of a track ended: ts, deviceTs (0 = none) and seq (-1 = none). With the driver that is a
// ping's whole identity.
type step [3]int64

func (s step) compare(t step) int {
	for i := range s {
		if s[i] != t[i] {
			return cmp.Compare(s[i], t[i])
		}
	}
	return 0
}

const (
	cursorForm  = 2 // the first byte; another store's cursors begin with another
	cursorBytes = 1 + 3*8 + crc32.Size
)

// cursor is the step as text for a URL. The checksum finds typing mistakes; it keeps no
// secret and proves no origin, nor need it: a step shows only what the query shows.
func (s step) cursor() string {
	raw := make([]byte, 0, cursorBytes)
	raw = append(raw, cursorForm)
	for _, n := range s {
		raw = binary.BigEndian.AppendUint64(raw, uint64(n))
	}
	raw = binary.BigEndian.AppendUint32(raw, crc32.ChecksumIEEE(raw))
	return base64.RawURLEncoding.EncodeToString(raw)
}

// parseCursor accepts what cursor has made, and nothing else.
func parseCursor(text string) (step, error) {
	if len(text) != base64.RawURLEncoding.EncodedLen(cursorBytes) {
		return step{}, schemas.ErrBadCursor
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || raw[0] != cursorForm {
		return step{}, schemas.ErrBadCursor
	}
	body, sum := raw[:cursorBytes-crc32.Size], raw[cursorBytes-crc32.Size:]
	if binary.BigEndian.Uint32(sum) != crc32.ChecksumIEEE(body) {
		return step{}, schemas.ErrBadCursor
	}
	var s step
	for i := range s {
		s[i] = int64(binary.BigEndian.Uint64(body[1+8*i:]))
	}
	return s, nil
}
