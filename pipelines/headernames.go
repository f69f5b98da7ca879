package pipelines

// HeaderNames keeps the few names of headers that a partition's records have as texts, so
// that each is made once. It is for one goroutine.
type HeaderNames map[string]string

// At most so many names are kept, and none longer than this: producers choose them.
const (
	maxHeaderNames     = 64
	maxHeaderNameBytes = 64
)

// Text is the name as a text.
func (n HeaderNames) Text(name []byte) string {
	if known, ok := n[string(name)]; ok {
		return known
	}
	made := string(name)
	if len(n) < maxHeaderNames && len(made) <= maxHeaderNameBytes {
		n[made] = made
	}
	return made
}
