package tables

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
)

// These bound the operations that are counted for the place of one, and for those of many over all their lanes. Each is a
// row to be read, and a list must not become much dearer by them.
const (
	aheadOfOne  = 1000
	aheadOfMany = 100
)

// chained is an operation that has not ended, as it stands in its lane.
type chained struct {
	lane, id, partner uuid.UUID
	chain             string
	seq               int64
}

func scanChained(row scanner) (c chained, err error) {
	return c, row.Scan(&c.lane, &c.chain, &c.seq, &c.id, &c.partner)
}

// lanesQuery reads the first ?2 live operations of each lane, in the order of the index.
var lanesQuery = `SELECT o.connection, o.order_key, o.seq, o.id, o.partner
	FROM (SELECT unhex(value) AS id FROM json_each(?1)) lane CROSS JOIN operation o
	WHERE o.seq IN (SELECT i.seq FROM operation i WHERE i.connection = lane.id AND ` + live + `
		ORDER BY i.order_key, i.seq LIMIT ?2)`

// firstsQuery reads, of each of some operations, the oldest live one of its chain, if that is before it. They are asked
// for by their numbers, as chains would have to be written and read as texts.
var firstsQuery = `SELECT a.seq, o.seq, o.id, o.partner FROM json_each(?1) k CROSS JOIN operation a CROSS JOIN operation o
	WHERE a.seq = CAST(k.value AS BIGINT) AND o.seq < a.seq
		AND o.seq = (SELECT min(i.seq) FROM operation i WHERE i.connection = a.connection AND i.order_key = a.order_key
			AND ` + live + `)`

// first is the oldest live operation of a chain, before the one by whose number it was asked for.
type first struct {
	asked, seq  int64
	id, partner uuid.UUID
}

func scanFirst(row scanner) (f first, err error) {
	return f, row.Scan(&f.asked, &f.seq, &f.id, &f.partner)
}

// Ahead counts in what it reads of each lane. In a lane that holds more than that it asks for the first of each chain,
// and knows no more of the others than that they are some.
func (db *DB) Ahead(ctx context.Context, ops []operation.Operation) ([]operation.Ahead, error) {
	lanes := map[uuid.UUID]bool{}
	for _, op := range ops {
		lanes[op.Connection] = true
	}
	most := aheadOfOne
	if len(ops) > 1 {
		most = max(aheadOfMany/len(lanes), 1)
	}
	ids := slices.SortedFunc(maps.Keys(lanes), func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	found, err := list(ctx, db, lanesQuery, scanChained, hexed(ids), most+1)
	if err != nil {
		return nil, err
	}
	lines := linesOf(found)
	firsts, err := db.firsts(ctx, ops, func(lane uuid.UUID) bool { return len(lines[lane].seqs) > most })
	if err != nil {
		return nil, err
	}
	out := make([]operation.Ahead, len(ops))
	for i, op := range ops {
		of := lines[op.Connection]
		out[i] = of.ahead(op)
		out[i].AtLeast = len(of.seqs) > most
		if first, ok := firsts[chain{op.Connection, op.OrderKey}]; ok && first.seq < op.Seq {
			out[i].First, out[i].Partner, out[i].Chain = first.id, first.partner, max(out[i].Chain, 1)
			out[i].Lane = max(out[i].Lane, out[i].Chain)
		}
	}
	return out, nil
}

// laneRead is what was read of a lane: the numbers of all, and each chain in its order.
type laneRead struct {
	seqs   []int64
	chains map[string][]chained
}

// linesOf puts what was read of lanes in order.
func linesOf(found []chained) map[uuid.UUID]laneRead {
	lines := map[uuid.UUID]laneRead{}
	for _, c := range found {
		of, ok := lines[c.lane]
		if !ok {
			of.chains = map[string][]chained{}
		}
		of.seqs = append(of.seqs, c.seq)
		of.chains[c.chain] = append(of.chains[c.chain], c)
		lines[c.lane] = of
	}
	for _, of := range lines {
		slices.Sort(of.seqs)
		for _, chain := range of.chains {
			slices.SortFunc(chain, func(a, b chained) int { return cmp.Compare(a.seq, b.seq) })
		}
	}
	return lines
}

// ahead is what is found before an operation in its lane.
func (l laneRead) ahead(op operation.Operation) (a operation.Ahead) {
	a.Lane, _ = slices.BinarySearch(l.seqs, op.Seq)
	for _, c := range l.chains[op.OrderKey] {
		if c.seq >= op.Seq {
			break
		}
		if a.Chain++; a.Chain == 1 {
			a.First, a.Partner = c.id, c.partner
		}
	}
	return a
}

// chain is one of a lane.
type chain struct {
	lane uuid.UUID
	key  string
}

// firsts returns the first operations of the chains of those that are asked for and may have others before them: what
// was tried was the first. Each chain is asked for by its oldest one here; if nothing is before that, it is the first
// itself.
func (db *DB) firsts(ctx context.Context, ops []operation.Operation, asked func(uuid.UUID) bool) (map[chain]first, error) {
	oldest := map[chain]first{}
	for i := range ops {
		op := &ops[i]
		if !asked(op.Connection) || op.State != operation.Queued || op.IsAlone() {
			continue
		}
		of := chain{op.Connection, op.OrderKey}
		if known, there := oldest[of]; !there || op.Seq < known.seq {
			oldest[of] = first{op.Seq, op.Seq, op.ID, op.Partner}
		}
	}
	if len(oldest) == 0 {
		return nil, nil
	}
	seqs, of := make([]int64, 0, len(oldest)), make(map[int64]chain, len(oldest))
	for c, f := range oldest {
		seqs, of[f.seq] = append(seqs, f.seq), c
	}
	// In their order, as rows lie.
	slices.Sort(seqs)
	numbers, err := text(seqs, true)
	if err != nil {
		return nil, err
	}
	found, err := list(ctx, db, firstsQuery, scanFirst, numbers)
	for _, f := range found {
		oldest[of[f.asked]] = f
	}
	return oldest, err
}
