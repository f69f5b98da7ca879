package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"sluice/internal/kafka"
	"sluice/internal/ruling"
	"sluice/pipelines"
	"sluice/schemas"
)

// ruledLevels is what a change of the rules asks of the store of member levels.
type ruledLevels interface {
	ruling.Levels
	ruling.Members
}

type rulesApplyCmd struct {
	configFlag
	File string `arg:"" help:"The rules to come." type:"existingfile"`
	By   string `help:"Who applies them, for the audit." env:"USER" default:"unknown" placeholder:"NAME"`
	Data string `help:"The data directory of sluice up, which must not run meanwhile; without it Redis." placeholder:"DIR" type:"path"`
	JSON bool   `help:"Print JSON." name:"json"`
}

// Help is the long text of --help.
func (rulesApplyCmd) Help() string {
	return `Computes every member's level by the file, bucket by bucket, gives memberships the rank that it sells, and announces who has another level, with cause "rules" and the file's version. ` +
		`Broken off, the same command goes on; of two at once the later one wins. A record of it is kept in the topic level.rules before and after.

Give the running processes the file first (SLUICE_RULES, and restart them): those with the old one would judge by that at each event.

Example:
  sluice rules diff old.yaml levels.yaml --members
  sluice rules apply levels.yaml --by anna`
}

// Run applies and prints.
func (c *rulesApplyCmd) Run(ctx context.Context, p *process) (err error) {
	cfg, err := loadConfig(c.Config, p.environ)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(c.File)
	if err != nil {
		return usage(err)
	}
	inForce, err := cfg.rules()
	if err != nil {
		return usage(err)
	}
	cfg.Rules = c.File
	to, err := cfg.rules()
	if err != nil {
		return usage(err)
	}
	if inForce.Version != to.Version {
		p.tell(fmt.Sprintf("warning: this configuration has the rules %s: processes that run with them judge by them until they are restarted with %s", inForce.Version, to.Version))
	}
	if inForce.TimeZone != to.TimeZone {
		return usage(fmt.Errorf("%s: its calendar is that of %s, orders are held by the months of %s: flush the store and fill it again (sluice reconcile --repair)", c.File, to.TimeZone, inForce.TimeZone))
	}
	desk, err := newLevelDesk(p, cfg, c.Data) //nolint:contextcheck // opening files is not cancelled half-way
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, desk.close()) }()
	return desk.run(ctx, "rules apply", func(ctx context.Context) error {
		record := schemas.RulesApplied{Ruleset: to.Version, By: c.By, At: time.Now().UnixMilli(), Text: string(text)}
		return c.apply(ctx, p, desk, record)
	})
}

func (c *rulesApplyCmd) apply(ctx context.Context, p *process, desk *levelDesk, record schemas.RulesApplied) (err error) {
	numbers, err := kafka.NewNumbers(desk.cfg.kafka(), schemas.TopicEpochs)
	if err != nil {
		return usage(err)
	}
	defer func() { err = errors.Join(err, numbers.Close()) }()
	publisher, err := kafka.NewPublisher(desk.cfg.kafka(), desk.cfg.publisher())
	if err != nil {
		return usage(err)
	}
	defer func() { err = errors.Join(err, publisher.Close()) }()
	bar := newCountBar(p.stderr, "bringing buckets under the rules")
	done, err := ruling.Apply(ctx, ruling.Deps{Levels: desk.site.members, Numbers: numbers, Audit: rulesAudit{publisher}, Looked: bar.set}, record)
	bar.end()
	if err != nil {
		return err
	}
	if c.JSON {
		done.Text = ""
		return json.NewEncoder(p.stdout).Encode(done)
	}
	_, err = fmt.Fprintf(p.stdout, "version %s: %s looked at, %d with another level\n", done.Ruleset, count(done.Members, "member"), done.Announced)
	return err
}

// rulesAudit keeps records of changes of the rules in their topic.
type rulesAudit struct{ publisher *kafka.Publisher }

// Keep returns nil once all in-sync replicas have the record.
func (a rulesAudit) Keep(ctx context.Context, record schemas.RulesApplied) error {
	value, err := json.Marshal(record)
	if err != nil {
		return err
	}
	return a.publisher.Publish(ctx, schemas.TopicRules, []pipelines.Record{{Key: []byte(record.Ruleset), Value: value}})
}

// countMoves counts who would move from one file to another.
func (c *rulesDiffCmd) countMoves(ctx context.Context, p *process) (_ *movedMembers, err error) {
	from, err := readRules(c.Old)
	if err != nil {
		return nil, usage(err)
	}
	to, err := readRules(c.New)
	if err != nil {
		return nil, usage(err)
	}
	cfg, err := loadConfig(c.Config, p.environ)
	if err != nil {
		return nil, err
	}
	desk, err := newLevelDesk(p, cfg, c.Data) //nolint:contextcheck // opening files is not cancelled half-way
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, desk.close()) }()
	var count ruling.Count
	bar := newCountBar(p.stderr, "counting members")
	err = desk.run(ctx, "rules diff", func(ctx context.Context) error {
		count, err = ruling.CountMoves(ctx, desk.site.members, from, to, time.Now().UnixMilli(), bar.set)
		return err
	})
	bar.end()
	if errors.Is(err, ruling.ErrCalendar) {
		return nil, usage(err)
	}
	if err != nil {
		return nil, err
	}
	moved := &movedMembers{Members: count.Members, Moved: count.Moved, Moves: []ruling.Move{}}
	for _, a := range from.Levels {
		for _, b := range to.Levels {
			if n := count.Moves[ruling.Move{From: a.Name, To: b.Name}]; n > 0 {
				moved.Moves = append(moved.Moves, ruling.Move{From: a.Name, To: b.Name, Members: n})
			}
		}
	}
	return moved, nil
}

// movedMembers is who would have another level.
type movedMembers struct {
	Members int64         `json:"members"`
	Moved   int64         `json:"moved"`
	Moves   []ruling.Move `json:"moves"`
}

// String is it in lines, for a person.
func (m *movedMembers) String() string {
	var b strings.Builder
	for _, move := range m.Moves {
		b.WriteString(move.From + " -> " + move.To + ": " + count(move.Members, "member") + "\n")
	}
	fmt.Fprintf(&b, "%d of %s would have another level\n", m.Moved, count(m.Members, "member"))
	return b.String()
}
