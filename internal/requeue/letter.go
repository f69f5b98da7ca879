package requeue

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sluice/pipelines"
	"sluice/schemas"
)

// ID names a letter: where it stands in its pipeline's dead topic.
type ID struct {
	Pipeline  string
	Partition int32
	Offset    int64
}

// String is pipeline/partition/offset.
func (id ID) String() string {
	return id.Pipeline + "/" + strconv.Itoa(int(id.Partition)) + "/" + strconv.FormatInt(id.Offset, 10)
}

// ParseID reads what String writes.
func ParseID(text string) (ID, error) {
	pipeline, rest, ok := strings.Cut(text, "/")
	number, place, more := strings.Cut(rest, "/")
	partition, err := strconv.ParseUint(number, 10, 31)
	offset, offsetErr := strconv.ParseUint(place, 10, 63)
	if !ok || !more || pipeline == "" || err != nil || offsetErr != nil {
		return ID{}, fmt.Errorf("%q is no letter's id: want pipeline/partition/offset, such as gps-live/3/1234", text)
	}
	return ID{Pipeline: pipeline, Partition: int32(partition), Offset: int64(offset)}, nil
}

// Letter is a record that ended as Poison, as its dead topic keeps it.
type Letter struct {
	ID     ID
	Record pipelines.Record // with the original's headers and the story's

	From     pipelines.Partition // where the original was read
	Offset   int64               // its offset there
	Written  int64               // its own time, ms since 1970 UTC; 0 = none
	Reason   string
	Stage    pipelines.Stage
	Status   int // the store's code, 0 when no store was asked
	Detail   string
	At       int64  // when it was given up, ms since 1970 UTC
	Attempts int    // how often it was requeued before
	For      string // the pipeline that it was requeued for, "" when it never was
}

// read makes a letter of a record of a dead topic; it is false for a record that is none.
// The story stands behind the original's headers, which may have the same names: the last
// of a name counts.
func (l *Letter) read(pipeline string, partition int32, rec *pipelines.Record) bool {
	if last(rec, schemas.HeaderDeadVerdict) == nil {
		return false
	}
	number := func(name string) int64 {
		n, err := strconv.ParseInt(string(last(rec, name)), 10, 64)
		if err != nil {
			return 0
		}
		return n
	}
	*l = Letter{
		ID: ID{Pipeline: pipeline, Partition: partition, Offset: rec.Offset}, Record: *rec,
		From:   pipelines.Partition{Topic: string(last(rec, schemas.HeaderDeadTopic)), ID: int32(number(schemas.HeaderDeadPartition))},
		Offset: number(schemas.HeaderDeadOffset), Written: number(schemas.HeaderDeadWritten),
		Reason: string(last(rec, schemas.HeaderDeadReason)), Stage: pipelines.Stage(last(rec, schemas.HeaderDeadStage)),
		Status: int(number(schemas.HeaderDeadStatus)), Detail: string(last(rec, schemas.HeaderDeadDetail)),
		At: number(schemas.HeaderDeadTime), Attempts: int(number(schemas.HeaderDeadAttempts)),
		For: string(last(rec, schemas.HeaderDeadFor)),
	}
	if l.Written == 0 && last(rec, schemas.HeaderDeadWritten) == nil {
		l.Written = rec.Time // a letter from before there was that header
	}
	return true
}

// last is the value of the last header of a name, nil when there is none.
func last(rec *pipelines.Record, name string) []byte {
	for _, h := range slices.Backward(rec.Headers) {
		if h.Key == name {
			return h.Value
		}
	}
	return nil
}

// Short says that the record is not whole: it was too large for its dead topic.
func (l *Letter) Short() bool { return strings.Contains(l.Detail, pipelines.CutShort) }

// storyPrefix begins the names of all headers of the story.
const storyPrefix = "dead-"

// Original is the record as it goes back to its topic: the bytes and headers that it had,
// without the story. It carries when it was received, so that its version is what it was
// however late it comes (tolerance, ms, is how far a device's clock may be ahead of that), and
// how often it was requeued, and for whom.
func (l *Letter) Original(tolerance int64) pipelines.Record {
	rec := pipelines.Record{Key: l.Record.Key, Value: l.Record.Value}
	believed := false
	for _, h := range l.Record.Headers {
		if h.Key == schemas.HeaderReceivedAt && !believed {
			if _, believed = schemas.ReceivedAt(h.Value, l.Written, tolerance); !believed {
				continue
			}
		}
		if !strings.HasPrefix(h.Key, storyPrefix) {
			rec.Headers = append(rec.Headers, h)
		}
	}
	if !believed && l.Written > 0 {
		rec.Headers = append(rec.Headers, pipelines.Header{Key: schemas.HeaderReceivedAt, Value: strconv.AppendInt(nil, l.Written, 10)})
	}
	attempts := strconv.AppendInt(nil, int64(l.Attempts)+1, 10)
	rec.Headers = append(rec.Headers, pipelines.Header{Key: schemas.HeaderDeadAttempts, Value: attempts},
		pipelines.Header{Key: schemas.HeaderDeadFor, Value: []byte(l.ID.Pipeline)})
	return rec
}

// echo says that the letter is one of a record that was requeued for another pipeline. All
// pipelines of a topic read it again; this one has judged the original before, and where
// that was poison too it has the letter of it. Requeued in turn, echoes would double
// with each round.
func (l *Letter) echo() bool { return l.For != "" && l.For != l.ID.Pipeline }

// keep makes the letter independent of the memory that it was read into.
func (l *Letter) keep() {
	l.Record.Key, l.Record.Value = bytes.Clone(l.Record.Key), bytes.Clone(l.Record.Value)
	headers := make([]pipelines.Header, 0, len(l.Record.Headers))
	for _, h := range l.Record.Headers {
		headers = append(headers, pipelines.Header{Key: h.Key, Value: bytes.Clone(h.Value)})
	}
	l.Record.Headers = headers
}
