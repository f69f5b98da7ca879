package webhook

import (
	"errors"
	"strconv"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
)

// Change is a change of level as it came.
type Change struct {
	schemas.LevelChanged

	raw       []byte
	published int64 // ms since 1970 UTC
}

// NewStream returns the streams of a webhook's pipeline, one per lane.
func NewStream() func() pipelines.Stream[Change] {
	return func() pipelines.Stream[Change] { return stream{} }
}

type stream struct{}

// Decode makes sure that only what is a change is sent.
func (stream) Decode(rec *pipelines.Record, c *Change) error {
	c.raw, c.published = rec.Value, rec.Time
	if c.published <= 0 {
		c.published = time.Now().UnixMilli()
	}
	err := schemas.DecodeLevel(&c.LevelChanged, rec.Value)
	if field, ok := errors.AsType[*schemas.FieldError](err); ok {
		return &pipelines.Rejection{Reason: field.Code, Detail: field.Error()}
	}
	return err
}

// Gate lets all pass.
func (stream) Gate(*Change, pipelines.Seat, int64) (pipelines.Verdict, string) {
	return pipelines.Unsettled, ""
}

// Process keeps the change as it came. Its key is its id: memberId:epoch:version, the same in each attempt.
func (stream) Process(c *Change, arena []byte) ([]byte, pipelines.Write) {
	from := len(arena)
	arena = append(arena, c.MemberID...)
	arena = append(arena, ':')
	arena = strconv.AppendInt(arena, c.Epoch, 10)
	arena = append(arena, ':')
	arena = strconv.AppendInt(arena, c.Version, 10)
	key := len(arena)
	arena = append(arena, c.raw...)
	return arena, pipelines.Write{Target: schemas.TopicLevels, Key: arena[from:key:key], Body: arena[key:], Time: c.published}
}
