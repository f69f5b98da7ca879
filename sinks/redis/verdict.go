package redis

import (
	"context"
	"errors"
	"fmt"
	"strings"

	goredis "github.com/redis/go-redis/v9"

	"sluice/pipelines"
	"sluice/schemas"
)

// isUnknownScript tells a server that was not told a script yet.
func isUnknownScript(err error) bool {
	return err != nil && strings.HasPrefix(err.Error(), "NOSCRIPT")
}

// answered reports whether an error is the server's answer, and not the want of one.
func answered(err error) bool {
	var reply goredis.Error
	return errors.As(err, &reply)
}

// judge turns an error that a server answered to a call into a verdict on its events: none of them was applied.
// The text is never repeated: it may quote a key. What nobody foresaw is Retry: waiting loses nothing.
func judge(err error) (pipelines.Verdict, string) {
	text := err.Error()
	word, _, _ := strings.Cut(text, " ")
	switch word {
	case "NOAUTH", "WRONGPASS":
		return pipelines.Refused, "unauthorized"
	case "NOPERM":
		return pipelines.Refused, "forbidden"
	case "WRONGTYPE": // of a bucket's own key: a member's is that member's matter
		return pipelines.Refused, "wrong_type"
	case "MISCONF":
		return pipelines.Retry, "misconf"
	case "OOM":
		return pipelines.Retry, "out_of_memory"
	case "READONLY":
		return pipelines.Retry, "read_only"
	case "LOADING":
		return pipelines.Retry, "loading"
	case "CLUSTERDOWN", "MASTERDOWN":
		return pipelines.Retry, "cluster_down"
	case "TRYAGAIN", "ASK", "MOVED":
		return pipelines.Retry, "slot_moves"
	case "BUSY":
		return pipelines.Retry, "busy"
	case "NOREPLICAS":
		return pipelines.Retry, "no_replicas"
	case "NOSCRIPT":
		return pipelines.Retry, "no_script"
	}
	switch {
	case strings.Contains(text, "non local key"), strings.Contains(text, "cluster is down"):
		return pipelines.Retry, "slot_moves"
	case strings.Contains(text, "WRONGTYPE"):
		return pipelines.Refused, "wrong_type"
	case strings.Contains(text, "Can't execute"), strings.Contains(text, "unknown command"):
		return pipelines.Refused, "unknown_command"
	}
	return pipelines.Retry, "unknown_answer"
}

// failed is the error of a call that is not a write: what a caller may wait for is schemas.ErrUnavailable.
func failed(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case !answered(err):
		return fmt.Errorf("%w: %w", schemas.ErrUnavailable, err)
	}
	verdict, reason := judge(err)
	if verdict == pipelines.Retry {
		return fmt.Errorf("%w: the server answers %s", schemas.ErrUnavailable, reason)
	}
	return fmt.Errorf("the server answers %s", reason)
}

// refusal is the error of a word that a script answers instead of doing its work; nil for OK.
func refusal(word string) error {
	switch word {
	case "OK":
		return nil
	case "LOST":
		return pipelines.ErrLost
	case "RECOVERING":
		return schemas.ErrRecovering
	case "FENCED":
		return schemas.ErrFenced
	case "FULL":
		return fmt.Errorf("%w: the outbox is full", schemas.ErrUnavailable)
	}
	return errAnswer
}

// errAnswer says that a script answered what it cannot.
var errAnswer = errors.New("the script's answer is not one of ours")
