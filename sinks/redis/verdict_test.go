package redis

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	goredis "github.com/redis/go-redis/v9"

	"sluice/pipelines"
	"sluice/schemas"
)

// reply is an error as a server answers it.
type reply string

func (r reply) Error() string { return string(r) }
func (reply) RedisError()     {}

var _ goredis.Error = reply("")

func TestWhatAServerAnswers(t *testing.T) {
	for text, want := range map[string]string{
		"NOAUTH Authentication required.":                                            "refused unauthorized",
		"WRONGPASS invalid username-password pair or user is disabled.":              "refused unauthorized",
		"NOPERM this user has no permissions to run the 'evalsha' command":           "refused forbidden",
		"WRONGTYPE Operation against a key holding the wrong kind of value":          "refused wrong_type",
		"ERR WRONGTYPE Operation against a key script: 4f, on @user_script:9.":       "refused wrong_type",
		"ERR unknown command 'EVALSHA', with args beginning with:":                   "refused unknown_command",
		"MISCONF Redis is configured to save RDB snapshots":                          "retry misconf",
		"OOM allow-oom flag is not set on the script":                                "retry out_of_memory",
		"READONLY You can't write against a read only replica.":                      "retry read_only",
		"LOADING Redis is loading the dataset in memory":                             "retry loading",
		"CLUSTERDOWN The cluster is down":                                            "retry cluster_down",
		"MASTERDOWN Link with MASTER is down":                                        "retry cluster_down",
		"TRYAGAIN Multiple keys request during rehashing of slot":                    "retry slot_moves",
		"MOVED 3999 127.0.0.1:6381":                                                  "retry slot_moves",
		"ERR Script attempted to access a non local key in a cluster node script: 4": "retry slot_moves",
		"BUSY Redis is busy running a script":                                        "retry busy",
		"NOREPLICAS Not enough good replicas to write.":                              "retry no_replicas",
		"NOSCRIPT No matching script.":                                               "retry no_script",
		"ERR something nobody foresaw {secret}":                                      "retry unknown_answer",
	} {
		verdict, reason := judge(reply(text))
		if got := verdict.String() + " " + reason; got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}

func TestWhatACallerIsTold(t *testing.T) {
	gone, cancel := context.WithCancelCause(t.Context())
	cancel(pipelines.ErrStopped)
	for name, c := range map[string]struct {
		ctx         context.Context
		err         error
		is          error
		unavailable bool
	}{
		"nothing":       {t.Context(), nil, nil, false},
		"an end":        {gone, io.EOF, pipelines.ErrStopped, false},
		"no answer":     {t.Context(), io.EOF, io.EOF, true},
		"a busy server": {t.Context(), reply("LOADING x {secret}"), schemas.ErrUnavailable, true},
		"a refusal":     {t.Context(), reply("NOPERM x {secret}"), nil, false},
	} {
		err := failed(c.ctx, c.err)
		if c.is != nil && !errors.Is(err, c.is) || errors.Is(err, schemas.ErrUnavailable) != c.unavailable || (err == nil) != (c.err == nil) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s repeats what the server said: %v", name, err)
		}
	}
}

func TestWordsOfScripts(t *testing.T) {
	for word, want := range map[string]error{
		"OK": nil, "LOST": pipelines.ErrLost, "RECOVERING": schemas.ErrRecovering, "FENCED": schemas.ErrFenced, "FULL": schemas.ErrUnavailable, "?": errAnswer,
	} {
		if got := refusal(word); !errors.Is(got, want) {
			t.Errorf("%s is %v, want %v", word, got, want)
		}
	}
	for _, bad := range []any{nil, "OK", []any{}, []any{int64(1)}} {
		if _, err := answer(bad); !errors.Is(err, errAnswer) {
			t.Errorf("%v is an answer: %v", bad, err)
		}
	}
	for _, letter := range "sdvbxoqw?" {
		if r := verdictOf(byte(letter)); r.Verdict == pipelines.Unsettled || r.Verdict == pipelines.Stored && letter != 's' {
			t.Errorf("%c is %+v", letter, r)
		}
	}
}
