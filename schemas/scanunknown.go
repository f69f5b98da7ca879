package schemas

import "bytes"

// maxScannedUnknown is how many unknown keys the fast reader compares with each other; a
// record with more of them is read by the general one.
const maxScannedUnknown = 8

// unknownKeys remembers the unknown keys of a record, to find one that comes twice.
type unknownKeys struct {
	keys [maxScannedUnknown][]byte
	n    int
}

// add is false when the key is a duplicate or one too many.
func (u *unknownKeys) add(key []byte) bool {
	if u.n == len(u.keys) {
		return false
	}
	for _, k := range u.keys[:u.n] {
		if bytes.Equal(k, key) {
			return false
		}
	}
	u.keys[u.n] = key
	u.n++
	return true
}

// skipScalar returns the index behind the text, number, true, false or null at b[i], -1
// when it is something else.
func skipScalar(b []byte, i int) int {
	if i >= len(b) {
		return -1
	}
	switch b[i] {
	case '"':
		_, end := scanText(b, i)
		return end
	case 't':
		return skipWord(b, i, "true")
	case 'f':
		return skipWord(b, i, "false")
	case 'n':
		return skipWord(b, i, "null")
	}
	_, end := scanNumber(b, i)
	return end
}

func skipWord(b []byte, i int, word string) int {
	if len(b)-i < len(word) || string(b[i:i+len(word)]) != word {
		return -1
	}
	return i + len(word)
}
