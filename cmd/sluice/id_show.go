package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"sluice/internal/printable"
	"sluice/schemas"
)

// idShowCmd is `sluice id show`.
type idShowCmd struct {
	IDs     []string `arg:"" optional:"" name:"id" placeholder:"ID" help:"Order ids."`
	Member  []string `help:"Members, too." placeholder:"ID" sep:"none"`
	Buckets int      `help:"Over how many buckets member state is spread: 1 to 10000." default:"256"`
	JSON    bool     `help:"Print JSON, one object for each." name:"json"`
}

// Help is the long text of --help.
func (idShowCmd) Help() string {
	return `An id tells the bucket of its member where the number of buckets divides 512; else there is a "-".

Example:
  sluice id show 2337000000000000000
  sluice id show --member M0000042 --buckets 1024`
}

// shownID is what an order id, or a member, says of itself.
type shownID struct {
	ID       string `json:"id,omitempty"`
	Member   string `json:"member,omitempty"`
	At       int64  `json:"at,omitempty"` // ms since 1970 UTC
	Machine  *uint8 `json:"machine,omitempty"`
	Gene     uint16 `json:"gene"`
	Sequence *uint8 `json:"sequence,omitempty"`
	Bucket   *int   `json:"bucket,omitempty"`
}

// idParts is what an order id is made of.
func idParts(id int64) shownID {
	parts := schemas.SplitOrderID(id)
	return shownID{ID: strconv.FormatInt(id, 10), At: parts.At, Machine: &parts.Machine, Gene: parts.Gene, Sequence: &parts.Sequence}
}

// Run takes them apart.
func (c *idShowCmd) Run(p *process) error {
	if len(c.IDs)+len(c.Member) == 0 {
		return usage(errors.New("say an order id, or --member"))
	}
	if c.Buckets < 1 || c.Buckets > schemas.MaxBuckets {
		return usage(fmt.Errorf("--buckets: %d is not within 1 to %d", c.Buckets, schemas.MaxBuckets))
	}
	var all []shownID
	for _, text := range c.IDs {
		id, ok := schemas.ParseOrderID(text)
		if !ok {
			return usage(fmt.Errorf("%s is no order id: want 1 to 9223372036854775807 in digits", strconv.Quote(text)))
		}
		shown := idParts(id)
		if schemas.Genes%c.Buckets == 0 {
			bucket := int(shown.Gene) % c.Buckets
			shown.Bucket = &bucket
		}
		all = append(all, shown)
	}
	for _, member := range c.Member {
		bucket := schemas.Bucket([]byte(member), c.Buckets)
		all = append(all, shownID{Member: member, Gene: schemas.Gene([]byte(member)), Bucket: &bucket})
	}
	return c.print(p, all)
}

func (c *idShowCmd) print(p *process, all []shownID) error {
	enc := json.NewEncoder(p.stdout)
	for i := range all {
		var err error
		if c.JSON {
			err = enc.Encode(&all[i])
		} else {
			_, err = fmt.Fprintln(p.stdout, all[i].line())
		}
		if err != nil {
			return fmt.Errorf("printing: %w", err)
		}
	}
	return nil
}

// line is the form for a person.
func (s *shownID) line() string {
	bucket := "-"
	if s.Bucket != nil {
		bucket = strconv.Itoa(*s.Bucket)
	}
	if s.Machine == nil {
		return fmt.Sprintf("member %s  gene %d  bucket %s", printable.Shown(s.Member), s.Gene, bucket)
	}
	at := time.UnixMilli(s.At).UTC().Format("2006-01-02T15:04:05.000Z07:00")
	return fmt.Sprintf("order %s  at %s  machine %d  gene %d  sequence %d  bucket %s", s.ID, at, *s.Machine, s.Gene, *s.Sequence, bucket)
}
