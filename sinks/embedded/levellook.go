package embedded

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// LevelsLook is how a file of member levels stands.
type LevelsLook struct {
	Buckets    int   // parts that it was made with
	Epoch      int64 // the greatest of any bucket; 0 = none has one
	Fence      int64 // the greatest that any bucket has seen; -1 = none has
	Recovering int   // buckets that are being read back
	Waiting    int   // outboxes that have an entry
	Oldest     int64 // ms: since when the first of those entries waits; 0 = none does
}

// ErrDamaged says that a file cannot be read as what it is.
var ErrDamaged = errors.New("the file is damaged")

// LookAtLevels reads how the member levels in dir stand, beside their owner or without one, and changes nothing. Where there
// are none the error is fs.ErrNotExist; a file of another format is ErrFormat, a damaged one ErrDamaged.
func LookAtLevels(ctx context.Context, dir string) (look LevelsLook, err error) {
	path := filepath.Join(dir, levelsTarget+fileSuffix)
	if _, err := os.Stat(path); err != nil {
		return LevelsLook{}, fmt.Errorf("looking at member levels: %w", err)
	}
	reads, err := openReads(path)
	if err != nil {
		return LevelsLook{}, fmt.Errorf("looking at member levels: %w", err)
	}
	err = errors.Join(look.read(ctx, reads), reads.Close())
	if err != nil && judge(err).Reason == reasonCorrupt {
		err = fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if err != nil {
		return LevelsLook{}, fmt.Errorf("looking at member levels: %w", explain(err, dir))
	}
	return look, nil
}

func (l *LevelsLook) read(ctx context.Context, reads *sql.DB) error {
	var application, version int64
	row := reads.QueryRowContext(ctx, "SELECT application_id, user_version FROM pragma_application_id, pragma_user_version")
	if err := row.Scan(&application, &version); err != nil {
		return err
	}
	switch {
	case application != levelsApplication:
		return fmt.Errorf("%w: it holds no member levels", ErrFormat)
	case version != levelsVersion:
		return fmt.Errorf("%w: it is of format %d, this program reads %d", ErrFormat, version, levelsVersion)
	}
	return reads.QueryRowContext(ctx, `SELECT (SELECT value FROM settings WHERE name = 'buckets'),
		coalesce(max(epoch), 0), coalesce(max(fence), -1), coalesce(sum(waiting > 0), 0),
		(SELECT count(DISTINCT bucket) FROM marks WHERE target > 0), (SELECT coalesce(min(at), 0) FROM outbox) FROM buckets`).
		Scan(&l.Buckets, &l.Epoch, &l.Fence, &l.Waiting, &l.Recovering, &l.Oldest)
}
