// Package riversource is the lane source of many replicas: tables of PostgreSQL say who runs which lane, and
// River carries the news that one wants to run.
//
// A lane is idle, sleeps until a time, waits to be claimed or runs. Each time that it begins to wait there is
// one job of River for it, a ticket, which names the lane and its epoch. Whoever fetches the ticket claims
// the lane in the same transaction, which bumps the epoch: so a ticket leads to one claim at most, whatever
// became of it. With the claim the ticket is torn; that the lane runs is told by its row alone.
package riversource

import (
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	"github.com/waybill-dev/waybill/internal/fence"
)

// Config is what a Source is made of.
type Config struct {
	// Pool is of the database that holds the tables. The source needs four connections of it, and beats by
	// one of its own. It is not closed.
	Pool *pgxpool.Pool
	// Name tells operators which replica this is; Version is that of the program.
	Name, Version string
	// PollOnly is for poolers that do not carry LISTEN, as PgBouncer in transaction mode: then lanes are
	// found by looking.
	PollOnly bool
	// Now is the clock of this machine, by which the replica knows for how long it was silent, and Clock that of the
	// times at which lanes are asked to run; Now if it is left out.
	Now, Clock func() time.Time
	// Waits tells, for whoever looks at the replicas, for what lanes of this one wait; nil tells nothing.
	Waits func() map[string]int
	Log   *slog.Logger
}

// Source is the lanes of one replica. It holds lanes for as long as it can renew its beat.
type Source struct {
	config Config
	id     uuid.UUID
	client *river.Client[pgx.Tx]
	// pulse is the connection by which it beats, which nothing else can keep busy.
	pulse pulse
	// vigil belongs to who beats.
	vigil vigil
	stop  context.CancelFunc
	all   sync.WaitGroup

	// opening is held while River begins to serve a queue.
	opening sync.Mutex

	mu sync.Mutex
	// held are the lanes that this replica claimed and has not given back, tickets the same by the job that
	// led to each, until somebody has taken it.
	held    map[fence.Lane]*holding
	tickets map[int64]*holding
	queues  map[string]*queue
	// known are the queues in which lanes were seen.
	known map[string]bool
	mail  mail
	naps  map[fence.Lane]*time.Timer
	// ran is the epoch in which a lane ran here last.
	ran map[fence.Lane]int64
	// released are lanes that were let sleep of late: what woke them before may not have been heard.
	released []nap
	standing standing
	leaving  bool
}

// Open joins the replicas of a database, whose tables must be there.
func Open(ctx context.Context, c Config) (*Source, error) {
	if c.Clock == nil {
		c.Clock = c.Now
	}
	s := &Source{config: c, id: uuid.New(), held: map[fence.Lane]*holding{}, tickets: map[int64]*holding{},
		queues: map[string]*queue{}, known: map[string]bool{}, naps: map[fence.Lane]*time.Timer{},
		ran: map[fence.Lane]int64{}, mail: newMail()}
	s.pulse.config = c.Pool.Config().ConnConfig
	var err error
	if s.client, err = newClient(s); err != nil {
		return nil, fmt.Errorf("making River's client: %w", err)
	}
	if err := s.beat(ctx); err != nil {
		s.pulse.end()
		return nil, fmt.Errorf("joining the replicas: %w", err)
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	if err := s.client.Start(running); err != nil {
		stop()
		s.pulse.end()
		return nil, fmt.Errorf("starting River: %w", err)
	}
	s.all.Go(func() { s.keepBeating(running) })
	s.all.Go(func() { s.deliver(running) })
	return s, nil
}

// Withdraw has this replica claim nothing more, and lets others run whatever is released from now on.
func (s *Source) Withdraw() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leaving = true
	for _, h := range s.tickets {
		close(h.taken)
		delete(s.held, h.Lane)
		s.mail.releases = append(s.mail.releases, release{claim: h.Claim, again: s.config.Clock()})
	}
	clear(s.tickets)
	for _, q := range s.queues {
		q.waiting = nil
	}
	signal(s.mail.poke)
}

// Close leaves in order: lanes that are held still are free at once, and whoever holds them is fenced.
func (s *Source) Close(ctx context.Context) error {
	s.Withdraw()
	err := s.client.StopAndCancel(ctx)
	s.stop()
	s.all.Wait()
	s.mu.Lock()
	for _, t := range s.naps {
		t.Stop()
	}
	s.mu.Unlock()
	if freed := s.free(ctx); freed != nil {
		err = fmt.Errorf("leaving the replicas: %w", freed)
	}
	s.pulse.end()
	return err
}

// ID names this replica. No other one, before or after it, has the same.
func (s *Source) ID() uuid.UUID { return s.id }

// Life numbers the time for which this replica was taken for alive by all others, without a break; 0 where it
// may be taken for dead. A claim belongs to the life in which it was made.
func (s *Source) Life() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.standing.alive(s.config.Now()) {
		return 0
	}
	return s.standing.life
}

// Share is which part of how many is this replica's of what all have together, from 0 on. part is -1 until
// all others count this replica; one that goes is counted until it makes no more calls.
func (s *Source) Share() (part, of int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.standing.counted {
		return -1, s.standing.of
	}
	return s.standing.place, s.standing.of
}

// Leads tells whether this replica does what only one should, as the first of those that stay. While replicas come
// and go there may be none that does.
func (s *Source) Leads() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.leads()
}

// leads is Leads while mu is held.
func (s *Source) leads() bool {
	return s.standing.first && !s.leaving && s.standing.alive(s.config.Now())
}

// name is the replica's id as River knows it and as its channel is called.
func name(id []byte) string { return hex.EncodeToString(id) }
