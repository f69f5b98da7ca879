package redis

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	goredis "github.com/redis/go-redis/v9"
)

// oldestVersion is the oldest Redis that the scripts are written for: before it a script could fail between two of its writes.
const oldestVersion = 7

// Report is what was found of the servers, which nothing was changed of.
type Report struct {
	Servers []Server // those that take writes, by address
	Buckets int      // that the store was made with; 0 = it is new
	Form    int      // in which members are kept; 0 = it is new
	Epoch   int64    // the greatest of any bucket; 0 = none has one
	Fence   int64    // the greatest that any bucket has seen; -1 = none has
	want    int
}

// Server is one server.
type Server struct {
	Addr        string
	Version     string
	Mode        string // standalone or cluster
	Role        string // master, or slave for one that takes no writes
	Policy      string // what it does when its memory is full
	AppendOnly  bool   // it keeps a log of its writes on disk
	MaxMemory   int64  // bytes; 0 = all there is
	UsedMemory  int64  // bytes
	Replicas    int    // that are connected
	History     string // the name of its history, new after each promotion and each restart
	WriteErrors bool   // its last attempt to write to disk failed
}

// Complaint is something that is not as it should be.
type Complaint struct {
	Server string // its address; "" = the store as a whole
	Code   string // a short stable word
	Detail string // one line for a person
	Fix    string // what to do about it
	Fatal  bool   // the store must not be used so
}

// Inspect asks all servers that take writes.
func (l *Levels) Inspect(ctx context.Context) (Report, error) {
	report := Report{want: len(l.buckets)}
	var mu sync.Mutex
	err := eachPrimary(ctx, l.client, func(ctx context.Context, primary goredis.Cmdable) error {
		text, err := primary.Info(ctx).Result()
		if err != nil {
			return err
		}
		server := readInfo(text)
		server.Addr = addressOf(primary, l.cfg.Addrs)
		mu.Lock()
		defer mu.Unlock()
		report.Servers = append(report.Servers, server)
		return nil
	})
	if err != nil {
		return Report{}, fmt.Errorf("asking the servers about themselves: %w", failed(ctx, err))
	}
	if report.Epoch, report.Fence, err = l.heads(ctx); err != nil {
		return Report{}, err
	}
	slices.SortFunc(report.Servers, func(a, b Server) int { return strings.Compare(a.Addr, b.Addr) })
	text, err := l.client.Get(ctx, l.keys.Layout()).Result()
	if err != nil && !errors.Is(err, goredis.Nil) {
		return Report{}, fmt.Errorf("reading the layout: %w", failed(ctx, err))
	}
	if text != "" {
		is, err := layoutOf(text)
		if err != nil {
			return Report{}, fmt.Errorf("reading the layout: %w", err)
		}
		report.Buckets, report.Form = is.buckets, is.form
	}
	return report, nil
}

// addressOf is where a server is, as far as that is known: of one behind Sentinels, where they are.
func addressOf(primary goredis.Cmdable, otherwise []string) string {
	if client, ok := primary.(*goredis.Client); ok && client.Options().Addr != "FailoverClient" {
		return client.Options().Addr
	}
	return strings.Join(otherwise, ",")
}

// readInfo reads the answer of INFO.
func readInfo(text string) Server {
	fields := map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, found := strings.Cut(strings.TrimSpace(line), ":"); found {
			fields[name] = value
		}
	}
	number := func(name string) int64 {
		n, err := strconv.ParseInt(fields[name], 10, 64)
		if err != nil {
			return 0 // absent where the server does not have it
		}
		return n
	}
	version := fields["redis_version"]
	return Server{
		Version: version, Mode: fields["redis_mode"], Role: fields["role"], Policy: fields["maxmemory_policy"],
		AppendOnly: fields["aof_enabled"] == "1",
		MaxMemory:  number("maxmemory"), UsedMemory: number("used_memory"), Replicas: int(number("connected_slaves")),
		History:     fields["master_replid"],
		WriteErrors: fields["rdb_last_bgsave_status"] == "err" || fields["aof_last_write_status"] == "err",
	}
}

// Complaints are what should be otherwise, those that forbid the store's use first.
func (r Report) Complaints() []Complaint {
	var all []Complaint
	if r.Buckets != 0 && r.Buckets != r.want {
		all = append(all, Complaint{
			Code: "buckets", Fatal: true, Detail: fmt.Sprintf("the store was made with %d buckets, %d are configured", r.Buckets, r.want),
			Fix: fmt.Sprintf("configure %d buckets, or begin a store behind another key prefix", r.Buckets),
		})
	}
	if r.Form != 0 && r.Form != form {
		all = append(all, Complaint{
			Code: "form", Fatal: true, Detail: fmt.Sprintf("the store keeps members in form %d, this build in form %d", r.Form, form),
			Fix: "flush it, or begin a store behind another key prefix: Kafka is read again",
		})
	}
	for i := range r.Servers {
		all = append(all, r.Servers[i].complaints()...)
	}
	slices.SortStableFunc(all, func(a, b Complaint) int {
		switch {
		case a.Fatal == b.Fatal:
			return 0
		case a.Fatal:
			return -1
		}
		return 1
	})
	return all
}

func (s *Server) complaints() []Complaint {
	var all []Complaint
	complain := func(fatal bool, code, detail, fix string) {
		all = append(all, Complaint{Server: s.Addr, Code: code, Detail: detail, Fix: fix, Fatal: fatal})
	}
	major, _, _ := strings.Cut(s.Version, ".")
	if n, err := strconv.Atoi(major); err != nil || n < oldestVersion {
		complain(true, "version", fmt.Sprintf("Redis %s is older than %d", s.Version, oldestVersion), "use Redis 7 or later")
	}
	if s.Role != "master" {
		complain(true, "read_only", "it is a replica, and takes no writes", "give the address of the primary, or of the Sentinels with the master's name")
	}
	if s.Policy != "noeviction" {
		complain(true, "eviction", "maxmemory-policy is "+s.Policy+": orders would be forgotten, and counted twice when they come again", "CONFIG SET maxmemory-policy noeviction")
	}
	if !s.AppendOnly {
		complain(false, "persistence", "appendonly is no: a restart loses what came since the last snapshot, and reads it again from Kafka", "CONFIG SET appendonly yes")
	}
	if s.WriteErrors {
		complain(false, "disk", "its last write to disk failed", "look at its log and its disk")
	}
	const nearly = 0.9
	if s.MaxMemory > 0 && float64(s.UsedMemory) > nearly*float64(s.MaxMemory) {
		complain(false, "memory", fmt.Sprintf("%d of %d bytes of memory are used: it will refuse writes when they are full", s.UsedMemory, s.MaxMemory), "give it more memory")
	}
	return all
}
