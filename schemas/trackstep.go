package schemas

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
)

// TrackStep is where a page of a track ended: ts, deviceTs (0 = none) and seq (-1 = none). With the driver
// that is a ping's whole identity, and steps have the order of a track.
type TrackStep [3]int64

// Compare is below, at or above zero as s comes before, at or after t.
func (s TrackStep) Compare(t TrackStep) int {
	for i := range s {
		if s[i] != t[i] {
			return cmp.Compare(s[i], t[i])
		}
	}
	return 0
}

const (
	stepForm  = 1 // the first byte, so that another form can follow
	stepBytes = 1 + 3*8 + crc32.Size
)

// Cursor is the step as text for a URL. The checksum finds typing mistakes; it keeps no
// secret and proves no origin, nor need it: a step shows only what the query shows.
func (s TrackStep) Cursor() string {
	raw := make([]byte, 0, stepBytes)
	raw = append(raw, stepForm)
	for _, n := range s {
		raw = binary.BigEndian.AppendUint64(raw, uint64(n))
	}
	raw = binary.BigEndian.AppendUint32(raw, crc32.ChecksumIEEE(raw))
	return base64.RawURLEncoding.EncodeToString(raw)
}

// ParseTrackStep accepts what Cursor has made, and nothing else: the error is ErrBadCursor.
func ParseTrackStep(cursor string) (TrackStep, error) {
	if len(cursor) != base64.RawURLEncoding.EncodedLen(stepBytes) {
		return TrackStep{}, ErrBadCursor
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || raw[0] != stepForm {
		return TrackStep{}, ErrBadCursor
	}
	body, sum := raw[:stepBytes-crc32.Size], raw[stepBytes-crc32.Size:]
	if binary.BigEndian.Uint32(sum) != crc32.ChecksumIEEE(body) {
		return TrackStep{}, ErrBadCursor
	}
	var s TrackStep
	for i := range s {
		s[i] = int64(binary.BigEndian.Uint64(body[1+8*i:]))
	}
	return s, nil
}
