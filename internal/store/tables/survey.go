package tables

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
)

// stageConditions say which operations are at a stage. All but the live ones and those that have succeeded have failed.
var stageConditions = map[operation.Stage]string{
	// Worded otherwise than their index, along which nobody is to walk in another order than its own.
	operation.StageLive:      "state NOT IN ('success', 'failed')",
	operation.StageLooking:   "state = 'unknown'",
	operation.StageSucceeded: "state = 'success'",
	operation.StageFailed:    "state = 'failed' AND cut_at = 0 AND (reason IS NULL OR reason NOT IN ('cancelled', 'expired'))",
	operation.StageUnknown:   "state = 'failed' AND cut_at > 0",
	operation.StageExpired:   "state = 'failed' AND cut_at = 0 AND reason = 'expired'",
	operation.StageCancelled: "state = 'failed' AND cut_at = 0 AND reason = 'cancelled'",
}

// unsuccessful is the condition of those that failed, word for word that of their index.
const unsuccessful = "state = 'failed' AND created_at > 0"

func isLive(s operation.Stage) bool { return s == operation.StageLive || s == operation.StageLooking }

// hasFailed tells whether all operations of a stage are in the index of those that failed.
func hasFailed(s operation.Stage) bool {
	return s != "" && !isLive(s) && s != operation.StageSucceeded
}

// surveyed are the conditions of a survey, less that on the stage.
func surveyed(f operation.Survey) (c conditions) {
	c.addIf(f.Partner != uuid.Nil, "partner = ?", f.Partner[:])
	c.addIf(f.Connection != uuid.Nil, "connection = ?", f.Connection[:])
	c.addIf(f.Resource != uuid.Nil, "resource = ?", f.Resource[:])
	c.addIf(f.TSP != "", "tsp = ?", string(f.TSP))
	c.addIf(f.Kind != "", "kind = ?", string(f.Kind))
	c.addIf(f.Verb != "", "verb = ?", string(f.Verb))
	c.addIf(f.SourceID != "", "source_id = ?", string(f.SourceID))
	c.addIf(!f.From.IsZero(), "created_at >= ?", micros(f.From))
	c.addIf(!f.To.IsZero(), "created_at < ?", micros(f.To))
	return c
}

// Survey lists operations of all partners. Those that have not ended are read from their index as long as they are few,
// wherever they lie; those of a partner along its time, and any others in the order of their acceptance.
func (db *DB) Survey(ctx context.Context, f operation.Survey) (found page.Found[operation.Operation], err error) {
	ctx, end := db.listing(ctx)
	defer end()
	if isLive(f.Stage) {
		waiting, err := db.waiting(ctx)
		if err != nil {
			return found, err
		}
		if waiting <= db.walked {
			found.Entries, err = db.surveyLive(ctx, f)
			return db.withShown(ctx, found, err)
		}
	}
	if f.Partner != uuid.Nil {
		found, err = db.surveyPartner(ctx, f)
	} else {
		found, err = db.surveyAll(ctx, f)
	}
	return db.withShown(ctx, found, err)
}

// withShown fills in the attempts of what was found.
func (db *DB) withShown(ctx context.Context, found page.Found[operation.Operation], err error) (
	page.Found[operation.Operation], error) {
	if err != nil || len(found.Entries) == 0 {
		return found, err
	}
	return found, db.shownAttempts(ctx, found.Entries)
}

// waiting counts the operations that have not ended, up to one more than a walk looks at.
func (db *DB) waiting(ctx context.Context) (int, error) {
	return only(shown(ctx, db, `SELECT count(*) FROM (SELECT 1 FROM operation INDEXED BY operation_live WHERE `+live+
		` LIMIT `+strconv.Itoa(db.walked+1)+`) waiting`, scanOne[int]))
}

// surveyLive sorts the few that have not ended, by their numbers alone, which their index holds.
func (db *DB) surveyLive(ctx context.Context, f operation.Survey) ([]operation.Operation, error) {
	var c conditions
	c.add(live)
	more := surveyed(f)
	c.parts, c.args = append(c.parts, more.parts...), append(c.args, more.args...)
	c.addIf(f.Stage == operation.StageLooking, stageConditions[f.Stage])
	c.beyond(f.Window)
	var numbers conditions
	numbers.add(`seq IN (SELECT seq FROM operation INDEXED BY operation_live`+c.where()+alongSeq(f.Window)+`)`, c.args...)
	return db.bySeq(ctx, ` FROM operation`, numbers, page.Window{Backwards: f.Window.Backwards, Limit: f.Window.Limit})
}

// surveyPartner walks along the time of a partner.
func (db *DB) surveyPartner(ctx context.Context, f operation.Survey) (page.Found[operation.Operation], error) {
	partner := f.Partner
	l := walk{earliest: f.From, latest: f.To, sorted: sorted{f.Window, bySeq("created_at", "seq", true)}}
	f.Partner, f.From, f.To = uuid.Nil, time.Time{}, time.Time{}
	index := "operation_list"
	if hasFailed(f.Stage) {
		index = "operation_failed_list"
		l.add("state = 'failed'")
	}
	l.add("partner = ?", partner[:])
	l.columns, l.from = `seq, `+operationColumns, ` FROM operation INDEXED BY `+index
	l.more = surveyed(f)
	l.more.addIf(f.Stage != "", stageConditions[f.Stage])
	return walking(ctx, db, l, db.writer.operation)
}

// surveyAll walks along the order of acceptance, over a bounded stretch of it.
func (db *DB) surveyAll(ctx context.Context, f operation.Survey) (found page.Found[operation.Operation], err error) {
	along, from := conditions{}, ` FROM operation`
	if hasFailed(f.Stage) {
		from += ` INDEXED BY operation_unsuccessful`
		along.add(unsuccessful)
	}
	if f.Window.Place.Seq, err = db.begin(ctx, f); err != nil {
		return found, err
	}
	order, beyond, within := ` ORDER BY seq DESC`, "seq < ?", "seq >= ?"
	if f.Window.Backwards {
		order, beyond, within = ` ORDER BY seq`, "seq > ?", "seq <= ?"
	}
	along.addIf(f.Window.Place.Seq > 0, beyond, f.Window.Place.Seq)
	c := surveyed(f)
	c.addIf(f.Stage != "", stageConditions[f.Stage])
	bounded := len(along.parts) > 0
	if len(c.parts) > 0 {
		edge, err := db.edgeOf(ctx, from, along, order)
		if err != nil {
			return found, err
		}
		if edge.Seq > 0 {
			bounded = true
			c.add(within, edge.Seq)
			// Nothing before the beginning of its time is looked for.
			if f.Window.Backwards || f.From.IsZero() || edge.At.After(f.From) {
				found.Looked = edge
			}
		}
	}
	c.parts, c.args = append(along.parts, c.parts...), append(along.args, c.args...)
	// Even of all it is asked, so that what is read is a stretch.
	c.addIf(!bounded, "seq > 0")
	found.Entries, err = db.bySeq(ctx, from, c, page.Window{Backwards: f.Window.Backwards, Limit: f.Window.Limit})
	return found, err
}

// edgeOf is the place of the last operation that a window looks at in the order of acceptance; zero if it looks at all.
// SQLite bounds the numbers on either side by one condition alone, so nothing more than that is asked.
func (db *DB) edgeOf(ctx context.Context, from string, along conditions, order string) (page.Position, error) {
	along.addIf(len(along.parts) == 0, "seq > 0")
	found, err := shown(ctx, db, `SELECT created_at, seq`+from+along.where()+order+` LIMIT 1 OFFSET `+strconv.Itoa(db.walked-1),
		bySeq("created_at", "seq", true).place, along.args...)
	return only(found, err)
}

// idsStray is by how much an operation's id and its acceptance may differ in time.
const idsStray = time.Minute

// begin is the Seq beyond which a survey begins: that of its place, or where its time ends. Ids of operations ascend with
// their acceptance but for moments, so the end of a time is found by their index.
func (db *DB) begin(ctx context.Context, f operation.Survey) (int64, error) {
	if f.Window.Place.Seq > 0 || f.To.IsZero() || f.To.After(db.now()) {
		return f.Window.Place.Seq, nil
	}
	least := earliestID(f.To.Add(idsStray))
	last, err := only(shown(ctx, db, `SELECT coalesce(max(seq), 0) FROM (SELECT seq FROM operation WHERE id < ?
		ORDER BY id DESC LIMIT 100) before`, scanOne[int64], least[:]))
	return last + 1, err
}

// bySeq reads operations in the order of their acceptance, the newest first.
func (db *DB) bySeq(ctx context.Context, from string, c conditions, w page.Window) ([]operation.Operation, error) {
	c.beyond(w)
	all, err := shown(ctx, db, `SELECT seq, `+operationColumns+from+c.where()+alongSeq(w), db.writer.operation, c.args...)
	if w.Backwards {
		slices.Reverse(all)
	}
	return all, err
}

// beyond asks for what lies beyond the place of a window, if it has one.
func (c *conditions) beyond(w page.Window) {
	c.addIf(w.Place.Seq > 0, map[bool]string{false: "seq < ?", true: "seq > ?"}[w.Backwards], w.Place.Seq)
}

// alongSeq ends a query that reads a window in the order of acceptance.
func alongSeq(w page.Window) string {
	order := ` ORDER BY seq DESC LIMIT `
	if w.Backwards {
		order = ` ORDER BY seq LIMIT `
	}
	return order + strconv.Itoa(w.Limit)
}

// AnyOperation returns an operation whosever it is.
func (db *DB) AnyOperation(ctx context.Context, id uuid.UUID) (operation.Operation, error) {
	found, err := db.operations(ctx, `WHERE id = ?1`, id[:])
	if err != nil {
		return operation.Operation{}, err
	}
	if len(found) == 0 {
		return operation.Operation{}, operation.ErrNotFound
	}
	return found[0], db.withAttempts(ctx, found)
}

// Ending looks at the ids of the newest operations.
func (db *DB) Ending(ctx context.Context, end []byte) ([]uuid.UUID, error) {
	return shown(ctx, db, `SELECT id FROM (SELECT id, seq FROM operation ORDER BY seq DESC LIMIT `+
		strconv.Itoa(db.walked)+`) newest WHERE substr(id, ?) = ? ORDER BY seq DESC LIMIT 10`,
		scanOne[uuid.UUID], len(uuid.Nil)-len(end)+1, end)
}

// LiveChain reads the begin of a chain.
func (db *DB) LiveChain(ctx context.Context, connection uuid.UUID, key string, most int) ([]operation.Operation, error) {
	return shown(ctx, db, `SELECT seq, `+operationColumns+` FROM operation INDEXED BY operation_live
		WHERE connection = ? AND order_key = ? AND `+live+` ORDER BY seq LIMIT ?`, db.writer.operation, connection[:], key, most)
}
