package resp

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// forget is one script, so that all keys go at one moment, as in a flush.
const forget = `local cursor, gone = '0', 0
repeat
  local page = redis.call('SCAN', cursor, 'MATCH', ARGV[1], 'COUNT', 5000)
  cursor = page[1]
  local keys = page[2]
  for i = 1, #keys, 1000 do
    gone = gone + redis.call('UNLINK', unpack(keys, i, math.min(i + 999, #keys)))
  end
until cursor == '0'
return gone`

// Forget removes the keys that begin with a prefix, and no others, at one moment; meanwhile the server does nothing else. A
// prefix that is a pattern itself is an error: it might match another's.
func Forget(ctx context.Context, addr, prefix string, limit time.Duration) (err error) {
	if prefix == "" || strings.ContainsAny(prefix, `*?[]\`) {
		return fmt.Errorf("removing keys: %q is no prefix", prefix)
	}
	conn, err := Dial(ctx, addr, limit)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.Do("EVAL", forget, "0", prefix+"*"); err != nil {
		return fmt.Errorf("removing keys: %w", err)
	}
	return nil
}
