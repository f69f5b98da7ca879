package embedded

import (
	"errors"
	"fmt"
	"syscall"

	"modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"sluice/pipelines"
)

// Reasons of whole batches, beside those of documents.
const (
	reasonDiskFull       = "disk_full"
	reasonLogFull        = "log_full"      // a reader keeps the log from being moved
	reasonTooManyDays    = "too_many_days" // one more file than may be
	reasonTooManyDrivers = "too_many_drivers"
	reasonCorrupt        = "corrupt"
	reasonNoTarget       = "index_not_found_exception" // Elasticsearch's word
	reasonNoVersion      = "version_missing"
	reasonVersion        = "version_not_allowed"
	reasonNothingNew     = "nothing_new"   // the document says all that already
	reasonUnmerged       = "not_mergeable" // it is not of that order
)

// refusal is a verdict that stands before SQLite is asked.
type refusal struct {
	verdict pipelines.Verdict
	reason  string
}

func (r refusal) Error() string { return "not written: " + r.reason }

// judge turns what kept a transaction from being committed into the verdict of each of its writes. What nobody foresaw
// is Retry: waiting loses nothing, and Ready says what it was.
func judge(err error) pipelines.Result {
	if r, ok := errors.AsType[refusal](err); ok {
		return pipelines.Result{Verdict: r.verdict, Reason: r.reason}
	}
	if errors.Is(err, ErrFormat) {
		return pipelines.Result{Verdict: pipelines.Refused, Reason: "unknown_format"}
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return pipelines.Result{Verdict: pipelines.Retry, Reason: reasonDiskFull}
	}
	if errors.Is(err, errCorrupt) {
		return pipelines.Result{Verdict: pipelines.Refused, Reason: reasonCorrupt}
	}
	verdict, reason := pipelines.Retry, "store_error"
	if failed, ok := errors.AsType[*sqlite.Error](err); ok {
		verdict, reason = judgeCode(failed.Code())
	}
	return pipelines.Result{Verdict: verdict, Reason: reason}
}

// explain puts in words what SQLite says by number, where an operator can do something about it.
func explain(err error, dir string) error {
	if judge(err).Reason != reasonDiskFull {
		return err
	}
	return fmt.Errorf("the disk of %s is full, or cannot be written: make room there, then try again: %w", dir, err)
}

// judgeCode is judge for an extended result code of SQLite. Its lower eight bits are the class.
func judgeCode(code int) (pipelines.Verdict, string) {
	switch code {
	case codes.SQLITE_IOERR_WRITE, codes.SQLITE_IOERR_FSYNC, codes.SQLITE_IOERR_DIR_FSYNC,
		codes.SQLITE_IOERR_TRUNCATE, codes.SQLITE_IOERR_SHMSIZE, codes.SQLITE_IOERR_SHMMAP:
		return pipelines.Retry, reasonDiskFull // which of these a full disk gives is the file system's choice
	}
	switch code & 0xff {
	case codes.SQLITE_FULL:
		return pipelines.Retry, reasonDiskFull
	case codes.SQLITE_IOERR:
		return pipelines.Retry, "io_error"
	case codes.SQLITE_BUSY, codes.SQLITE_LOCKED:
		return pipelines.Retry, "busy"
	case codes.SQLITE_NOMEM:
		return pipelines.Retry, "no_memory"
	case codes.SQLITE_CORRUPT, codes.SQLITE_NOTADB:
		return pipelines.Refused, reasonCorrupt
	case codes.SQLITE_READONLY, codes.SQLITE_PERM, codes.SQLITE_AUTH:
		return pipelines.Refused, "read_only"
	}
	return pipelines.Retry, "store_error" // CANTOPEN too: no file descriptor left, or a full disk
}
