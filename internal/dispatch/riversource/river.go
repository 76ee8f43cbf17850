package riversource

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"github.com/waybill-dev/waybill/internal/fence"
)

// How River is run. It fetches at once when it hears of a ticket, and as often as cooldown allows while there
// are more; polls is how often it looks for those that it had no room for, which costs nothing where there are none
// (see room), and pollsDeaf where it may have heard of none. It tells of no ticket that comes so soon after another
// one of its queue as told says.
const (
	cooldown   = 5 * time.Millisecond
	told       = time.Millisecond
	polls      = 100 * time.Millisecond
	pollsDeaf  = 500 * time.Millisecond
	pollsAlone = 200 * time.Millisecond
	ahead      = 100 // lanes of a queue that are claimed before anybody runs them
)

// warnings leaves out what River tells of its doings.
type warnings struct{ slog.Handler }

func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}

func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs)}
}

func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }

// ticket is the job that leads to one claim of a lane: of the one that has its epoch.
type ticket struct {
	LaneKind string `json:"lane_kind"`
	LaneID   string `json:"lane_id"`
	Epoch    int64  `json:"epoch"`

	// since is when the lane began to wait, by the database's clock.
	since time.Time
}

// Kind is what River calls tickets.
func (ticket) Kind() string { return "waybill_lane" }

// InsertOpts has a ticket tried once: a lane whose ticket was lost gets another.
func (ticket) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: 1} }

// usher is River's worker: it is busy until somebody runs the lane, so that no more are fetched than that.
type usher struct {
	river.WorkerDefaults[ticket]
	source *Source
}

func (u *usher) Work(ctx context.Context, job *river.Job[ticket]) error {
	u.source.wait(ctx, job.ID)
	return nil
}

func newClient(s *Source) (*river.Client[pgx.Tx], error) {
	served := river.QueueConfig{MaxWorkers: ahead, FetchCooldown: cooldown}
	c := &river.Config{
		ID: name(s.id[:]), Logger: slog.New(warnings{s.config.Log.Handler()}), PollOnly: s.config.PollOnly,
		FetchOnlyKnownKinds: true,
		FetchCooldown:       told, FetchPollInterval: polls, Workers: river.NewWorkers(),
		// River serves nobody who serves no queue. Nothing is fetched before it is claimed.
		Queues: map[string]river.QueueConfig{riverQueue(fence.Connections): served},
		// A lane waits for a slot as long as it must. Its ticket is gone, so River has nothing to rescue.
		JobTimeout: -1,
		Hooks:      []rivertype.Hook{river.HookInsertBeginFunc(since)},
	}
	if s.config.PollOnly {
		c.FetchPollInterval = pollsAlone
	}
	river.AddWorker(c.Workers, &usher{source: s})
	return river.NewClient(driver{Driver: riverpgxv5.New(s.config.Pool), source: s}, c)
}

// since gives tickets the database's time: that of their maker may be ahead, and they would wait for it.
func since(_ context.Context, p *rivertype.JobInsertParams) error {
	if t, ok := p.Args.(ticket); ok {
		p.ScheduledAt = &t.since
	}
	return nil
}

// serve has River fetch the tickets of a queue.
func (s *Source) serve(name string) error {
	err := s.client.Queues().Add(riverQueue(name), river.QueueConfig{MaxWorkers: ahead, FetchCooldown: cooldown})
	var added *river.QueueAlreadyAddedError
	if errors.As(err, &added) {
		return nil
	}
	return err
}

var riverNames = regexp.MustCompile(`^[a-z0-9]+([_|-]?[a-z0-9]+)*$`)

// riverQueue is what River calls a queue. It takes no slash.
func riverQueue(name string) string {
	called := strings.ReplaceAll(name, "/", "|")
	if len(called) <= 64 && riverNames.MatchString(called) {
		return called
	}
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:16])
}

// insert makes tickets for lanes that wait since now. It belongs into the transaction that lets them wait.
func (s *Source) insert(ctx context.Context, tx pgx.Tx, lanes []row) error {
	slices.SortStableFunc(lanes, func(a, b row) int { return cmp.Compare(a.in, b.in) })
	var tickets []river.InsertManyParams
	for _, l := range lanes {
		if l.queued {
			tickets = append(tickets, river.InsertManyParams{
				Args:       ticket{LaneKind: l.lane.Kind, LaneID: l.lane.ID.String(), Epoch: l.epoch, since: l.now},
				InsertOpts: &river.InsertOpts{Queue: riverQueue(l.queue)}})
		}
	}
	if len(tickets) == 0 {
		return nil
	}
	_, err := s.client.InsertManyFastTx(ctx, tx, tickets)
	return err
}
