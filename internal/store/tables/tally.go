package tables

import (
	"context"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
)

// tallyColumns is what is read of operations to count them, and to ask what a survey asks.
const tallyColumns = `state, cut_at, reason, partner, connection, resource, tsp, kind, verb, source_id, created_at`

// Tally counts three stretches, each of a bounded number of the newest operations: of those that have not ended, which are
// all that is counted for a survey of these, of those that failed, and of all.
func (db *DB) Tally(ctx context.Context, f operation.Survey) (operation.Tally, error) {
	ctx, end := db.listing(ctx)
	defer end()
	t := operation.Tally{Of: map[operation.Stage]operation.Count{}}
	wanted := f.Stage
	f.Stage = ""
	waits, err := db.countStretch(ctx, f, "operation_live", live)
	if err != nil {
		return t, err
	}
	t.Of[operation.StageLooking] = waits.count(operation.StageLooking)
	t.Of[operation.StageLive] = waits.all()
	if t.Partial = isLive(wanted); t.Partial {
		return t, nil
	}
	all, err := db.countStretch(ctx, f, "operation_list", "")
	if err != nil {
		return t, err
	}
	t.All = all.all()
	t.Of[operation.StageSucceeded] = all.count(operation.StageSucceeded)
	failed, err := db.countStretch(ctx, f, "operation_failed_list", "state = 'failed'")
	if err != nil {
		return t, err
	}
	for _, s := range operation.Counted() {
		if hasFailed(s) {
			t.Of[s] = failed.count(s)
		}
	}
	return t, nil
}

// counts are what was counted of some operations, most of them; more tells that they go on beyond.
type counts struct {
	of   []stageCount
	most int
	more bool
}

// stageCount is how many of those at a stage a survey selects, of how many that were looked at, and when the oldest of these
// was accepted.
type stageCount struct {
	stage     operation.Stage
	n, looked int
	oldest    int64
}

func (s counts) count(of operation.Stage) operation.Count {
	return s.sum(func(one operation.Stage) bool { return one == of })
}

func (s counts) all() operation.Count { return s.sum(func(operation.Stage) bool { return true }) }

func (s counts) sum(holds func(operation.Stage) bool) operation.Count {
	n := 0
	for _, one := range s.of {
		if holds(one.stage) {
			n += one.n
		}
	}
	return operation.Count{N: min(n, s.most), AtLeast: s.more}
}

// talliedMost is how many operations are counted of a stretch where all of it are asked for: more tells nobody more. Where a
// survey is narrowed as many are looked at as its list looks at, or it would count none of what that shows; of those that lie
// apart, each of which is looked up, a part of that.
const (
	talliedMost = 1000
	scattered   = 5
)

// countStretch counts what a survey selects of the newest operations that an index holds, by their stages.
func (db *DB) countStretch(ctx context.Context, f operation.Survey, index, holds string) (s counts, err error) {
	within, order, most := conditions{}, ` ORDER BY seq DESC`, db.walked
	if !narrowed(f) {
		most = min(talliedMost, most)
	}
	within.addIf(holds != "", holds)
	switch {
	case index == "operation_live":
		// In the order of the index: where they are few enough to be counted, it does not matter.
		order = ``
		if narrowed(f) || !f.From.IsZero() {
			most = db.walked / scattered
		}
		within.addIf(f.Connection != uuid.Nil, "connection = ?", f.Connection[:])
	case f.Partner != uuid.Nil:
		within.add("partner = ?", f.Partner[:])
		order = ` ORDER BY created_at DESC, seq DESC`
		most /= scattered
	case holds != "":
		index = "operation_unsuccessful"
		within.parts = []string{unsuccessful}
	default:
		index = ""
		within.add("seq > 0")
	}
	from := ` FROM operation`
	if index != "" {
		from += ` INDEXED BY ` + index
	}
	c := surveyed(f)
	c.addIf(len(c.parts) == 0, "created_at > 0")
	// One more than is counted is looked at, by which it is known whether they go on.
	s.most = most
	s.of, err = shown(ctx, db, `SELECT state, CASE WHEN cut_at > 0 THEN 1 ELSE 0 END, coalesce(reason, ''),
		count(CASE WHEN `+strings.Join(c.parts, " AND ")+` THEN 1 END), count(*), min(created_at)
		FROM (SELECT `+tallyColumns+from+within.where()+order+` LIMIT `+strconv.Itoa(most+1)+`) newest GROUP BY 1, 2, 3`,
		scanStageCount, append(c.args, within.args...)...)
	looked, oldest := 0, int64(math.MaxInt64)
	for _, one := range s.of {
		looked, oldest = looked+one.looked, min(oldest, one.oldest)
	}
	s.more = looked > most && (index == "operation_live" || f.From.IsZero() || oldest >= micros(f.From))
	return s, err
}

func scanStageCount(row scanner) (one stageCount, err error) {
	var op operation.Operation
	var cut bool
	err = row.Scan(&op.State, &cut, &op.Reason, &one.n, &one.looked, &one.oldest)
	if cut {
		op.CutAt = fromMicros(1)
	}
	one.stage = op.Stage()
	return one, err
}

// narrowed tells whether a survey selects by more than stages and since when.
func narrowed(f operation.Survey) bool {
	f.From, f.Stage, f.Cause, f.Window = time.Time{}, "", "", page.Window{}
	return f != operation.Survey{}
}
