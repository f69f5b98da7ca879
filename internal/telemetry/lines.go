package telemetry

import (
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"sluice/pipelines"
)

// line is how an event reads. An empty text writes nothing; a sampled one is written
// once per interval for each stage and reason, not per partition: one store that is away
// holds every partition.
type line struct {
	level   zapcore.Level
	text    string
	sampled bool
}

func lineOf(kind pipelines.Kind) line {
	switch kind {
	case pipelines.Assigned:
		return line{level: zapcore.InfoLevel, text: "partition assigned"}
	case pipelines.Drained:
		return line{level: zapcore.InfoLevel, text: "partition drained"}
	case pipelines.Abandoned:
		return line{level: zapcore.WarnLevel, text: "partition abandoned, what is unsettled or not committed is read again by its next owner"}
	case pipelines.Retrying:
		return line{level: zapcore.WarnLevel, text: "the store is busy or away, retrying", sampled: true}
	case pipelines.RefusedBy:
		return line{level: zapcore.ErrorLevel, text: "THE STORE REFUSES US: nothing is lost or committed until an operator mends it", sampled: true}
	case pipelines.Accepted:
		return line{level: zapcore.InfoLevel, text: "the store takes writes again", sampled: true}
	case pipelines.Stalled:
		return line{level: zapcore.ErrorLevel, text: "partition stalled: it lags and does not move"}
	case pipelines.Moving:
		return line{level: zapcore.InfoLevel, text: "partition moves again"}
	case pipelines.Failed:
		return line{level: zapcore.ErrorLevel, text: "stage failed", sampled: true}
	case pipelines.Blocked:
		return line{level: zapcore.DebugLevel, text: "a limit is reached, polling stops"}
	case pipelines.Flowing:
		return line{level: zapcore.DebugLevel, text: "polling again"}
	case pipelines.Consumed, pipelines.Committed, pipelines.Unknown, pipelines.Pulse:
	}
	return line{}
}

// tell writes the event's line when it has one and it is due.
func (p *Pipeline) tell(part pipelines.Partition, event pipelines.Event) {
	l := lineOf(event.Kind)
	if l.text == "" || !p.log.Core().Enabled(l.level) {
		return
	}
	held := 0
	if l.sampled {
		var due bool
		due, held = p.quiet.pass(l.text+string(event.Stage)+event.Reason, time.Now())
		if !due {
			return
		}
	}
	p.log.Log(l.level, l.text, eventFields(part, event, held)...)
}

func eventFields(part pipelines.Partition, event pipelines.Event, held int) []zap.Field {
	fields := []zap.Field{zap.Stringer("partition", part)}
	if event.Stage != "" {
		fields = append(fields, zap.String("stage", string(event.Stage)))
	}
	if event.Reason != "" {
		fields = append(fields, zap.String("reason", event.Reason))
	}
	switch {
	case event.Kind == pipelines.Failed && event.Stage == pipelines.StageCommit:
		fields = append(fields, zap.Int64("offset", event.N))
	case event.N != 0:
		fields = append(fields, zap.Int64("records", event.N))
	}
	if event.Kind == pipelines.Abandoned && event.Value != 0 {
		fields = append(fields, zap.Int64("uncommitted", event.Value))
	}
	if event.Took != 0 {
		fields = append(fields, zap.Duration("took", event.Took))
	}
	if event.Err != nil {
		fields = append(fields, zap.Error(event.Err))
	}
	if held > 0 {
		fields = append(fields, zap.Int("alike", held))
	}
	return fields
}

// dead writes that records were dead-lettered, once per interval and reason.
func (p *Pipeline) dead(part pipelines.Partition, reason string, n int) {
	due, held := p.quiet.pass("dead"+reason, time.Now())
	if !due {
		return
	}
	fields := []zap.Field{
		zap.Stringer("partition", part), zap.String("stage", string(pipelines.StageSettle)),
		zap.Stringer("verdict", pipelines.Poison), zap.String("reason", reason), zap.Int("records", n),
	}
	if held > 0 {
		fields = append(fields, zap.Int("alike", held))
	}
	p.log.Warn("dead-lettered", fields...)
}
