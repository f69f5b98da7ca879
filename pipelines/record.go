package pipelines

import "strconv"

// Record is one message of a partition, as the source handed it over.
//
// Key, Value and the header bytes alias the source's fetch buffer: whoever keeps
// one of them longer than its batch keeps that whole buffer alive, and clones it instead.
type Record struct {
	Offset  int64 // position in the partition
	Time    int64 // broker's or producer's timestamp, ms since 1970 UTC; 0 = none
	Key     []byte
	Value   []byte
	Headers []Header
}

// Header is one name and value that travels beside a record.
type Header struct {
	Key   string
	Value []byte
}

// Header returns the value of the first header with that name, nil when there is none.
func (r *Record) Header(name string) []byte {
	for i := range r.Headers {
		if r.Headers[i].Key == name {
			return r.Headers[i].Value
		}
	}
	return nil
}

// Size is what the record weighs in a buffer, in bytes: the measure of every byte limit of the path.
func (r *Record) Size() int {
	n := recordOverheadBytes + len(r.Key) + len(r.Value)
	for i := range r.Headers {
		n += len(r.Headers[i].Key) + len(r.Headers[i].Value)
	}
	return n
}

// recordOverheadBytes is the bookkeeping that a buffered record costs beside its own bytes.
const recordOverheadBytes = 64

// Partition names one ordered share of a topic.
type Partition struct {
	Topic string
	ID    int32
}

// String is topic/id, the form in logs and errors.
func (p Partition) String() string {
	return p.Topic + "/" + strconv.Itoa(int(p.ID))
}
