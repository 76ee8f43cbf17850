package riversource

import (
	"context"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/jackc/pgx/v5"
)

// Replica is one of those that work on the database, as its last beat has told. Waits counts its lanes by what they wait
// for, as its Config.Waits does.
type Replica struct {
	Name, Version   string
	Started, BeatAt time.Time
	// Silent is how long ago it beat last, by the database's clock.
	Silent  time.Duration
	Lanes   int
	Leaving bool
	Waits   map[string]int
}

// mostReplicas bounds how many are listed.
const mostReplicas = 100

// Replicas lists the replicas that have not left, those first that joined first.
func (s *Source) Replicas(ctx context.Context) ([]Replica, error) {
	rows, err := s.config.Pool.Query(ctx, `SELECT name, version, started_at, beat_at, clock_micros() - beat_at, lanes, leaving = 1, waits
		FROM replica ORDER BY started_at, id LIMIT $1`, mostReplicas)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (one Replica, err error) {
		var started, beat, silent int64
		var waits string
		if err = r.Scan(&one.Name, &one.Version, &started, &beat, &silent, &one.Lanes, &one.Leaving, &waits); err != nil {
			return one, err
		}
		one.Started, one.BeatAt = time.UnixMicro(started).UTC(), time.UnixMicro(beat).UTC()
		one.Silent = max(0, time.Duration(silent)*time.Microsecond)
		if waits == "" {
			return one, nil
		}
		return one, json.Unmarshal([]byte(waits), &one.Waits)
	})
}

// waits is what a beat tells of what lanes wait for.
func (s *Source) waits() string {
	if s.config.Waits == nil {
		return ""
	}
	// A map of numbers can always be written.
	text, _ := json.Marshal(s.config.Waits(), json.Deterministic(true))
	return string(text)
}
