package riversource

import (
	"bytes"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waybill-dev/waybill/internal/fence"
)

// The beat of replicas. Each writes its row every second. One that was silent for long is taken for dead by
// the others; it stops calls earlier by itself, by more than clocks may differ in that time.
const (
	beatEvery  = time.Second
	beatTime   = 900 * time.Millisecond
	lapseAfter = 3 * time.Second
)

// standing is how this replica stands among the others.
type standing struct {
	// life grows each time that this replica had to join anew. It did so last at joined, by the database's
	// clock.
	life, joined int64
	// asked is when the last beat that was written was begun, heard when one was heard.
	asked, heard time.Time
	// place is this replica's among those that live, in the order in which they joined. newest is when the
	// last of them did, by the database's clock; counted tells that all others count this one.
	place, of int
	newest    int64
	counted   bool
	// first tells that this one is the first of those that stay.
	first bool
	// others is how many lanes the others hold, waiting how many lanes wait for anyone, as of tallied.
	others, waiting int64
	tallied         time.Time
	// news counts what told that there may be tickets.
	news int64
	// doubted tells that this replica may own lanes that it does not know of; looked is when it looked for
	// such last, and stray what it found then: lanes by their epoch, or as disowned.
	doubted bool
	looked  time.Time
	stray   map[fence.Lane]int64
}

// alive tells whether nobody can have taken this replica for dead. Of the two clocks of a process one stands
// still while the machine sleeps and the other one may be set.
func (s *standing) alive(now time.Time) bool {
	return now.Sub(s.asked) < lapseAfter && now.Round(0).Sub(s.asked.Round(0)) < lapseAfter
}

// peer is a replica as its row tells of it. counts is when the last of those joined that it counts.
type peer struct {
	id              []byte
	started, counts int64
	// beat is when it beat last, and silent how long that is ago, by the database's clock in microseconds.
	lanes, beat, silent int64
	leaving             bool
	// own tells of the replica that asks.
	own     bool
	waiting int64
}

// beatReplica is a beat. One that comes counts from its first one on those that it sees then, so that they keep their
// parts however long it takes to beat again.
const beatReplica = `
WITH ` + moment + `,
beat AS (
	INSERT INTO replica (id, name, started_at, beat_at, version, lanes, counts, leaving, waits)
	SELECT $1, $2, now, now, $3, $4, coalesce((SELECT max(started_at) FROM replica), 0), $8, $9 FROM moment
	ON CONFLICT (id) DO UPDATE SET beat_at = excluded.beat_at, lanes = excluded.lanes, counts = $5,
		leaving = excluded.leaving, waits = excluded.waits
	RETURNING id, started_at, counts, lanes, beat_at, leaving
),
said AS (SELECT pg_notify(current_schema() || '.' || $6, '') WHERE $6 <> ''),
waiting AS (
	SELECT count(*) + 0 * (SELECT count(*) FROM said) AS lanes FROM river_job WHERE state = 'available' AND kind = $7
)
SELECT id, started_at, counts, beat.lanes, beat_at, moment.now - beat_at, leaving = 1, true, waiting.lanes
FROM beat, moment, waiting
UNION ALL
SELECT id, started_at, counts, replica.lanes, beat_at, moment.now - beat_at, leaving = 1, false, 0
FROM replica, moment WHERE id <> $1
ORDER BY started_at, id`

// beat renews this replica's row, learns how the others stand, and takes over from those that are silent.
func (s *Source) beat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, beatTime)
	defer cancel()
	s.mu.Lock()
	lanes, counts, asked, voice := len(s.held), s.standing.newest, s.config.Now(), channel(s.id[:])
	leaving := 0
	if s.leaving {
		leaving = 1
	}
	s.mu.Unlock()
	if s.config.PollOnly {
		voice = ""
	}
	rows, err := s.pulse.query(ctx, beatReplica, s.id[:], s.config.Name, s.config.Version, lanes, counts, voice,
		ticket{}.Kind(), leaving, s.waits())
	if err != nil {
		s.vigil.failed()
		return err
	}
	peers, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (p peer, err error) {
		return p, r.Scan(&p.id, &p.started, &p.counts, &p.lanes, &p.beat, &p.silent, &p.leaving, &p.own, &p.waiting)
	})
	if err != nil {
		s.vigil.failed()
		s.pulse.end()
		return err
	}
	dead := s.vigil.watch(asked, peers)
	for _, p := range dead {
		if err := s.bury(ctx, p.id); err != nil {
			s.config.Log.Error("taking over from a replica; it is tried again", "replica", name(p.id), "error", err)
		}
	}
	s.stands(asked, slices.DeleteFunc(peers, func(p peer) bool {
		return slices.ContainsFunc(dead, func(d peer) bool { return bytes.Equal(d.id, p.id) })
	}))
	return nil
}

// stands notes what a beat has told of those that live.
func (s *Source) stands(asked time.Time, peers []peer) {
	place := slices.IndexFunc(peers, func(p peer) bool { return p.own })
	own := peers[place]
	s.mu.Lock()
	defer s.mu.Unlock()
	st := &s.standing
	if own.started != st.joined {
		// It is not the row that this replica knows, whose beat may have made it: others have taken the
		// replica for dead, and its lanes with that.
		s.lose()
		st.joined = own.started
	}
	was := *st
	st.place, st.of, st.counted, st.others, st.newest = place, len(peers), true, 0, 0
	st.first = slices.IndexFunc(peers, func(p peer) bool { return !p.leaving }) == place
	for _, p := range peers {
		st.newest = max(st.newest, p.started)
		if !bytes.Equal(p.id, own.id) {
			st.others += p.lanes
			st.counted = st.counted && p.counts >= own.started
		}
	}
	st.asked, st.waiting, st.tallied = asked, own.waiting, s.config.Now()
	if st.place != was.place || st.of != was.of || st.counted != was.counted || st.first != was.first {
		st.looked = time.Time{}
	}
	if own.waiting > 0 {
		st.news++
	}
	// Whoever waited for a sign of life goes on.
	for _, q := range s.queues {
		signal(q.poke)
	}
}

// deaf tells that this replica hears nothing of what others do; mu is held.
func (s *Source) deaf() bool {
	return s.config.PollOnly || s.config.Now().Sub(s.standing.heard) > 2*silence
}

// listens makes up for what a replica does not hear that is not alone.
func (s *Source) listens() {
	s.mu.Lock()
	misses := s.deaf() && s.standing.of > 1
	s.mu.Unlock()
	if misses {
		s.missed()
	}
}

// keepBeating beats until ctx ends, and looks after lanes of which nobody else thinks.
func (s *Source) keepBeating(ctx context.Context) {
	failing := false
	for {
		pause := beatEvery
		err := s.beat(ctx)
		if err != nil {
			pause = beatEvery / 4
		}
		if failed := err != nil; failed != failing && ctx.Err() == nil {
			failing = failed
			s.config.Log.Warn("whether this replica can renew its beat has changed; without it, no calls are begun",
				"renewed", !failed, "error", err)
		}
		if err == nil {
			err = s.look(ctx)
			if err != nil && ctx.Err() == nil {
				s.config.Log.Error("looking after lanes; it is tried again", "error", err)
			}
		}
		s.listens()
		t := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			t.Stop()
			return
		case <-t.C:
		}
	}
}
