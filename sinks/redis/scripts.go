package redis

import (
	"context"
	"crypto/sha1" //nolint:gosec // the name that Redis gives to a script
	"embed"
	"encoding/hex"
	"fmt"
	"strings"

	goredis "github.com/redis/go-redis/v9"
)

//go:embed lua/*.lua
var sources embed.FS

// script is one that the servers know by its hash.
type script struct{ source, sha string }

// The first line of a script. With it the server refuses keys of two slots, and a script that writes before it begins
// when there is no memory left, or the disk fails; one that only reads runs then as well.
const (
	writing = "#!lua\n"
	reading = "#!lua flags=no-writes\n"
)

// scripts are all that the store runs.
type scripts struct {
	apply, turn              script
	open, recover, raise     script
	coupons, arm, couponsDue script
	member, held, rule       script
}

// newScripts puts them together: each is its parts one after the other, as if they stood in one file.
func newScripts() (*scripts, error) {
	var failed error
	compose := func(first string, names ...string) script {
		text := strings.Builder{}
		text.WriteString(first)
		for _, name := range names {
			part, err := sources.ReadFile("lua/" + name + ".lua")
			if err != nil {
				failed = fmt.Errorf("reading a script: %w", err)
			}
			text.Write(part)
		}
		sum := sha1.Sum([]byte(text.String())) //nolint:gosec // as above
		return script{source: text.String(), sha: hex.EncodeToString(sum[:])}
	}
	s := &scripts{
		apply:      compose(writing, "home", "rules", "form", "begin", "quick", "state", "standing", "announce", "records", "write", "orders", "purchases", "forget", "apply"),
		turn:       compose(writing, "home", "rules", "form", "state", "standing", "announce", "records", "write", "turn"),
		open:       compose(writing, "home", "mark", "open"),
		recover:    compose(writing, "home", "recover"),
		raise:      compose(writing, "home", "mark", "raise"),
		member:     compose(reading, "home", "form", "state", "whole", "member"),
		coupons:    compose(writing, "home", "whole", "coupons"),
		arm:        compose(writing, "home", "whole", "arm"),
		couponsDue: compose(reading, "home", "whole", "coupons_due"),
		held:       compose(reading, "home", "rules", "form", "state", "standing", "whole", "held"),
		rule:       compose(writing, "home", "rules", "form", "state", "standing", "announce", "records", "write", "rule"),
	}
	return s, failed
}

func (s *scripts) each() []script {
	return []script{s.apply, s.turn, s.open, s.recover, s.raise, s.member, s.coupons, s.arm, s.couponsDue, s.held, s.rule}
}

// load tells every primary all scripts: one that was promoted or restarted knows none.
func (l *Levels) load(ctx context.Context) error {
	return eachPrimary(ctx, l.client, func(ctx context.Context, primary goredis.Cmdable) error {
		_, err := primary.Pipelined(ctx, func(pipe goredis.Pipeliner) error {
			for _, s := range l.scripts.each() {
				pipe.ScriptLoad(ctx, s.source)
			}
			return nil
		})
		return err
	})
}

// run sends calls of scripts, each the arguments of one command, in one pipeline; those that meet a server that does
// not know the script go once more after it was told. errs[i] belongs to replies[i].
func (l *Levels) run(ctx context.Context, calls [][]any) (replies []any, errs []error) {
	replies, errs = make([]any, len(calls)), make([]error, len(calls))
	pending := make([]int, len(calls))
	for i := range pending {
		pending[i] = i
	}
	for again := range 2 {
		unknown := l.offer(ctx, calls, pending, replies, errs)
		if len(unknown) == 0 || again == 1 {
			break
		}
		if err := l.load(ctx); err != nil {
			for _, i := range unknown {
				errs[i] = err
			}
			break
		}
		pending = unknown
	}
	return replies, errs
}

// offer sends those calls once, and returns those whose script the server did not know.
func (l *Levels) offer(ctx context.Context, calls [][]any, pending []int, replies []any, errs []error) (unknown []int) {
	ctx, cancel := context.WithTimeout(ctx, l.cfg.CallTimeout)
	defer cancel()
	pipe := l.client.Pipeline()
	commands := make([]*goredis.Cmd, len(pending))
	for n, i := range pending {
		commands[n] = pipe.Do(ctx, calls[i]...)
	}
	_, _ = pipe.Exec(ctx) // its error is the first of the commands', each of which has its own
	for n, i := range pending {
		replies[i], errs[i] = commands[n].Result()
		if isUnknownScript(errs[i]) {
			unknown = append(unknown, i)
		}
	}
	return unknown
}
