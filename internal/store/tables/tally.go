package tables

import (
	"context"
	"strconv"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
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
	t.Of[operation.StageLive] = operation.Count{AtLeast: waits.more}
	for _, of := range waits.of {
		t.Of[operation.StageLive] = operation.Count{N: t.Of[operation.StageLive].N + of.n, AtLeast: waits.more}
	}
	if isLive(wanted) {
		return t, nil
	}
	all, err := db.countStretch(ctx, f, "operation_list", "")
	if err != nil {
		return t, err
	}
	for _, of := range all.of {
		t.All.N += of.n
	}
	t.All.AtLeast = all.more
	t.Of[operation.StageSucceeded] = all.count(operation.StageSucceeded)
	failed, err := db.countStretch(ctx, f, "operation_failed", "state = 'failed'")
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

// counts are what was counted of some operations; more tells that they go on beyond.
type counts struct {
	of   []stageCount
	more bool
}

type stageCount struct {
	stage operation.Stage
	n     int
}

func (s counts) count(of operation.Stage) (c operation.Count) {
	c.AtLeast = s.more
	for _, one := range s.of {
		if one.stage == of {
			c.N += one.n
		}
	}
	return c
}

// countStretch counts what a survey selects of the newest operations that an index holds, by their stages.
func (db *DB) countStretch(ctx context.Context, f operation.Survey, index, holds string) (s counts, err error) {
	within, order, most := conditions{}, ` ORDER BY seq DESC`, db.walked
	within.addIf(holds != "", holds)
	switch {
	case index == "operation_live":
		// In the order of the index: where they are few enough to be counted, it does not matter.
		order = ``
	case f.Partner != uuid.Nil:
		within.add("partner = ?", f.Partner[:])
		order = ` ORDER BY created_at DESC, seq DESC`
		// They lie apart, and each is looked up.
		most /= 5
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
	newest := from + within.where() + order
	edge, err := shown(ctx, db, `SELECT created_at FROM (SELECT created_at`+newest+` LIMIT 1 OFFSET `+strconv.Itoa(most)+
		`) beyond`, scanOne[int64], within.args...)
	if err != nil {
		return s, err
	}
	s.more = len(edge) > 0 && (index == "operation_live" || f.From.IsZero() || edge[0] >= micros(f.From))
	c := surveyed(f)
	c.addIf(len(c.parts) == 0, "created_at > 0")
	s.of, err = shown(ctx, db, `SELECT state, CASE WHEN cut_at > 0 THEN 1 ELSE 0 END, coalesce(reason, ''), count(*)
		FROM (SELECT `+tallyColumns+newest+` LIMIT `+strconv.Itoa(most)+`) newest`+c.where()+` GROUP BY 1, 2, 3`,
		func(row scanner) (one stageCount, err error) {
			var op operation.Operation
			var cut bool
			err = row.Scan(&op.State, &cut, &op.Reason, &one.n)
			if cut {
				op.CutAt = fromMicros(1)
			}
			one.stage = op.Stage()
			return one, err
		}, append(within.args, c.args...)...)
	return s, err
}
