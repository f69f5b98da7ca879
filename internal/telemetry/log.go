package telemetry

import (
	"errors"
	"fmt"
	"io"
	"os"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"golang.org/x/term"
)

// LogConfig says how lines look.
type LogConfig struct {
	Level  string // debug, info, warn or error; "" = info
	Format string // json, console, or auto ("" too): console when the output is a terminal
}

// NewLogger writes lines to w. Each line has ts (RFC 3339 with ms), level and msg; what
// happens on the path carries the fields pipeline, partition, stage, verdict, reason.
func NewLogger(cfg LogConfig, w io.Writer) (*zap.Logger, error) {
	level, levelErr := parseLevel(cfg.Level)
	encoder, formatErr := newEncoder(cfg.Format, w)
	if err := errors.Join(levelErr, formatErr); err != nil {
		return nil, err
	}
	core := zapcore.NewCore(encoder, zapcore.Lock(zapcore.AddSync(w)), level)
	return zap.New(core), nil
}

func parseLevel(text string) (zapcore.Level, error) {
	if text == "" {
		return zapcore.InfoLevel, nil
	}
	level, err := zapcore.ParseLevel(text)
	if err != nil || level > zapcore.ErrorLevel {
		return level, fmt.Errorf("log level %q: want debug, info, warn or error", text)
	}
	return level, nil
}

func newEncoder(format string, w io.Writer) (zapcore.Encoder, error) {
	cfg := zap.NewProductionEncoderConfig()
	cfg.EncodeTime = zapcore.TimeEncoderOfLayout("2006-01-02T15:04:05.000Z07:00")
	cfg.EncodeDuration = zapcore.StringDurationEncoder
	cfg.TimeKey = "ts"
	switch format {
	case "", "auto":
		if !IsTerminal(w) {
			return zapcore.NewJSONEncoder(cfg), nil
		}
	case "console":
	case "json":
		return zapcore.NewJSONEncoder(cfg), nil
	default:
		return nil, fmt.Errorf("log format %q: want json, console or auto", format)
	}
	cfg.EncodeTime = zapcore.TimeEncoderOfLayout("15:04:05.000")
	cfg.EncodeLevel = zapcore.CapitalLevelEncoder
	return zapcore.NewConsoleEncoder(cfg), nil
}

// IsTerminal tells whether a person watches w.
func IsTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
