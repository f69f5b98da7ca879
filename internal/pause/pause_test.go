package pause

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestAPauseLastsItsTimeOrAsLongAsItIsWanted(t *testing.T) {
	enough := errors.New("enough")
	for name, c := range map[string]struct {
		d, ends time.Duration // of the pause, and of ctx; 0 = it has ended before
		lasts   time.Duration
		want    error
	}{
		"whole":         {time.Minute, time.Hour, time.Minute, nil},
		"cut short":     {time.Hour, time.Minute, time.Minute, enough},
		"none":          {0, time.Hour, 0, nil},
		"negative":      {-time.Hour, time.Hour, 0, nil},
		"none, unasked": {0, 0, 0, enough},
		"ended before":  {time.Minute, 0, 0, enough},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, end := context.WithCancelCause(t.Context())
				defer end(nil)
				if c.ends == 0 {
					end(enough)
				} else {
					time.AfterFunc(c.ends, func() { end(enough) })
				}
				began := time.Now()
				if err := For(ctx, c.d); !errors.Is(err, c.want) || time.Since(began) != c.lasts {
					t.Errorf("%v after %s, want %v after %s", err, time.Since(began), c.want, c.lasts)
				}
				began = time.Now()
				ctx, cut := context.WithTimeout(t.Context(), c.ends)
				defer cut()
				if AtMost(ctx, c.d); time.Since(began) != c.lasts {
					t.Errorf("at most: %s, want %s", time.Since(began), c.lasts)
				}
			})
		})
	}
}
