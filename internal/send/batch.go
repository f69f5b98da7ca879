package send

// Batch is what one request carries: lines, each with its end.
type Batch struct {
	Body []byte // NDJSON
	Ends []int  // of each line, behind its line feed
}

// maxBatchBytes closes a batch before its count does: well below what the gateway takes.
const maxBatchBytes = 1 << 20

func (b *Batch) add(line []byte) {
	b.Body = append(b.Body, line...)
	b.Body = append(b.Body, '\n')
	b.Ends = append(b.Ends, len(b.Body))
}

// Len is the number of records.
func (b *Batch) Len() int { return len(b.Ends) }

// Line is the i-th record without its line feed.
func (b *Batch) Line(i int) []byte {
	from := 0
	if i > 0 {
		from = b.Ends[i-1]
	}
	return b.Body[from : b.Ends[i]-1]
}

func (b *Batch) full(records int) bool { return b.Len() >= records || len(b.Body) >= maxBatchBytes }
