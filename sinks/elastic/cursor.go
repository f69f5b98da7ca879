package elastic

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"

	"sluice/schemas"
)

// place is where a page of a track ended: ts, deviceTs (0 = none) and seq (-1 = none).
type place [3]int64

const (
	cursorForm  = 1 // the first byte, so that another form can follow
	cursorBytes = 1 + 3*8 + crc32.Size
)

// cursor is the place as text for a URL. The checksum finds typing mistakes; it keeps no
// secret and proves no origin, nor need it: a place shows only what the query shows.
func (p place) cursor() string {
	raw := make([]byte, 0, cursorBytes)
	raw = append(raw, cursorForm)
	for _, n := range p {
		raw = binary.BigEndian.AppendUint64(raw, uint64(n))
	}
	raw = binary.BigEndian.AppendUint32(raw, crc32.ChecksumIEEE(raw))
	return base64.RawURLEncoding.EncodeToString(raw)
}

// parseCursor accepts what cursor has made, and nothing else.
func parseCursor(text string) (place, error) {
	if len(text) != base64.RawURLEncoding.EncodedLen(cursorBytes) {
		return place{}, schemas.ErrBadCursor
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || raw[0] != cursorForm {
		return place{}, schemas.ErrBadCursor
	}
	body, sum := raw[:cursorBytes-crc32.Size], raw[cursorBytes-crc32.Size:]
	if binary.BigEndian.Uint32(sum) != crc32.ChecksumIEEE(body) {
		return place{}, schemas.ErrBadCursor
	}
	var p place
	for i := range p {
		p[i] = int64(binary.BigEndian.Uint64(body[1+8*i:]))
	}
	return p, nil
}
