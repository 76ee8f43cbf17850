package app

import (
	"bytes"
	"context"
	"fmt"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/lane"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/store"
)

// allLanes are those of connections, over all processes.
func (a *App) allLanes() *lane.Service {
	return &lane.Service{Store: a.db, Stands: func(ctx context.Context, lanes []fence.Lane) (map[fence.Lane]lane.Stand, error) {
		all := map[fence.Lane]lane.Stand{}
		if a.lanes.looks != nil {
			var err error
			if all, err = sharedStands(ctx, a.lanes.looks, a.now(), lanes); err != nil {
				return nil, err
			}
		}
		for _, l := range lanes {
			// What this process knows is newer than what it has left, but that a lane is closed nobody takes back.
			if own := a.dispatcher.Stand(l); own.Known && all[l].Waits == "" {
				all[l] = standOf(own, all[l].Runner, a.now())
			}
		}
		return all, nil
	}}
}

// sharedStands tell how lanes stand that many processes share. One of which there is no row has never run.
func sharedStands(ctx context.Context, by *looks, now time.Time, lanes []fence.Lane) (map[fence.Lane]lane.Stand, error) {
	found, err := by.stands(ctx, now, lanes)
	all := map[fence.Lane]lane.Stand{}
	for _, l := range lanes {
		one, ran := found[l]
		one.Known = one.Known || !ran
		all[l] = standOf(one.Stand, one.Runner, now)
	}
	return all, err
}

// standOf is how a lane stands in the words of whoever looks at it. What its connection keeps it from, that tells.
func standOf(of dispatch.Stand, runner string, now time.Time) lane.Stand {
	out := lane.Stand{Runner: runner, Known: of.Known}
	if !of.Until.After(now) {
		return out
	}
	switch of.Waits {
	case dispatch.ThePause:
		out.Waits, out.Until = operation.RetryAfter, of.Until
	case dispatch.ALimit:
		out.Waits, out.Until = operation.RateLimited, of.Until
	}
	return out
}

// The note by which a process that works alone tells those that look at its store which lanes are closed: now and then and
// where it changed, of so many lanes at most, and of none that opens before the next note.
const (
	metaLanes  = "lanes"
	noteEvery  = 5 * time.Second
	mostClosed = 100
)

// closedLanes are the lanes of connections that were closed. More tells that there are others.
type closedLanes struct {
	Lanes []closedLane `json:"lanes"`
	More  bool         `json:"more,omitzero"`
}

type closedLane struct {
	Connection uuid.UUID       `json:"connection"`
	Waits      operation.Cause `json:"waits"`
	Until      time.Time       `json:"until"`
}

// noteLanes keeps the note until ctx ends. Where many share a database, lanes leave with their rows what they wait for.
func (a *App) noteLanes(ctx context.Context) error {
	if store.Shared(a.config.DatabaseURL) {
		return nil
	}
	var noted []byte
	tick := time.NewTicker(noteEvery)
	defer tick.Stop()
	for {
		text, err := json.Marshal(a.closed(), json.Deterministic(true))
		if err == nil && !bytes.Equal(text, noted) {
			if err = a.db.SetMeta(ctx, metaLanes, text); err == nil {
				noted = text
			}
		}
		if err != nil && ctx.Err() == nil {
			a.log.Warn("which lanes are closed could not be noted; it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// closed are lanes that are closed until after the next note, of those that are kept from their work most.
func (a *App) closed() (c closedLanes) {
	now := a.now()
	stands, all := a.dispatcher.Lanes(10 * mostClosed)
	if n := len(stands); all > n {
		last := stands[n-1].Waits
		c.More = last != dispatch.APlace && last != dispatch.ATime && last != dispatch.Nothing
	}
	for _, s := range stands {
		of := standOf(dispatch.Stand{Waits: s.Waits, Until: s.Until}, "", now)
		if s.Kind != fence.Connections || of.Waits == "" || of.Until.Sub(now) < noteEvery {
			continue
		}
		if len(c.Lanes) == mostClosed {
			c.More = true
			break
		}
		c.Lanes = append(c.Lanes, closedLane{s.ID, of.Waits, of.Until.UTC().Truncate(time.Second)})
	}
	return c
}

// notedStands tell how lanes stand by the note of the process that works on them.
func notedStands(ctx context.Context, db store.Store, lanes []fence.Lane) (map[fence.Lane]lane.Stand, error) {
	text, err := db.Meta(ctx, metaLanes)
	if err != nil || text == nil {
		return nil, err
	}
	var noted closedLanes
	if err := json.Unmarshal(text, &noted); err != nil {
		return nil, fmt.Errorf("reading which lanes are closed: %w", err)
	}
	all, now := map[fence.Lane]lane.Stand{}, db.Now()
	for _, l := range lanes {
		all[l] = lane.Stand{Known: !noted.More}
	}
	for _, one := range noted.Lanes {
		if one.Until.After(now) {
			all[fence.Lane{Kind: fence.Connections, ID: one.Connection}] = lane.Stand{Waits: one.Waits, Until: one.Until, Known: true}
		}
	}
	return all, nil
}
