package tables

import (
	"context"
	"fmt"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// keptCalls is what is packed of the calls of an attempt.
type keptCalls struct {
	Entries int            `json:"entries"`
	Omitted int            `json:"omitted"`
	Calls   []tsp.Exchange `json:"calls"`
}

// callsOf is the context of packed calls.
func callsOf(operation uuid.UUID, try int) []byte {
	return bound("calls", operation[:], numbered(int64(try)))
}

// packCalls makes the calls of an attempt ready to be stored, before anybody waits for it; nil for none.
func (b *box) packCalls(of uuid.UUID, k *operation.Kept) ([]byte, error) {
	if k == nil {
		return nil, nil
	}
	text, err := json.Marshal(keptCalls{k.Entries, k.Omitted, k.Calls}, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("encoding the calls of operation %s: %w", of, err)
	}
	return b.pack(text, callsOf(of, k.Try))
}

// saveCalls adds the calls of an attempt, for which those of another may have to go.
func (t *tx) saveCalls(of uuid.UUID, k *operation.Kept, packed []byte) error {
	if k == nil {
		return nil
	}
	if gone, ok := k.Outdates(); ok {
		if err := t.exec(`DELETE FROM exchange WHERE operation = ?1 AND try = ?2`, of[:], gone); err != nil {
			return err
		}
	}
	return t.exec(`INSERT INTO exchange (operation, try, n, ended_at, calls) VALUES (?1, ?2, ?3, ?4, ?5)
		ON CONFLICT (operation, try) DO UPDATE SET n = ?3, ended_at = ?4, calls = ?5`,
		of[:], k.Try, k.Entry, micros(k.EndedAt), packed)
}

// Exchanges returns the calls of an operation's attempts.
func (db *DB) Exchanges(ctx context.Context, of uuid.UUID) ([]operation.Kept, error) {
	return list(ctx, db, `SELECT try, n, ended_at, calls FROM exchange WHERE operation = ?1 ORDER BY try`,
		func(row scanner) (k operation.Kept, err error) {
			var ended int64
			var packed []byte
			if err = row.Scan(&k.Try, &k.Entry, &ended, &packed); err != nil {
				return k, err
			}
			k.EndedAt = fromMicros(ended)
			k.Damaged, err = apart(db.writer.calls(&k, of, packed))
			return k, err
		}, of[:])
}

// calls reads what was packed.
func (b *box) calls(k *operation.Kept, of uuid.UUID, packed []byte) error {
	text, err := b.unpack(packed, callsOf(of, k.Try))
	var read keptCalls
	if err == nil {
		err = json.Unmarshal(text, &read)
	}
	if err != nil {
		return fmt.Errorf("opening the calls of attempt %d of operation %s: %w", k.Try, of, err)
	}
	k.Entries, k.Omitted, k.Calls = read.Entries, read.Omitted, read.Calls
	return nil
}

// SweepExchanges removes calls by when their attempts ended. Operations have ids that ascend with their acceptance,
// which is before that, so the oldest are found by the key.
func (db *DB) SweepExchanges(ctx context.Context, before time.Time) (more bool, err error) {
	least := earliestID(before)
	const past = ` FROM exchange WHERE operation < ?1 AND ended_at < ?2`
	old, err := list(ctx, db, `SELECT 1`+past+` LIMIT 1`, scanOne[int], least[:], micros(before))
	if err != nil || len(old) == 0 {
		return false, err
	}
	n, err := give(ctx, db, func(tx *tx) (int64, error) {
		return tx.change(`DELETE FROM exchange WHERE (operation, try) IN (SELECT operation, try`+past+`
			ORDER BY operation, try LIMIT ?3)`, least[:], micros(before), sweepRemoves)
	})
	return n == sweepRemoves, err
}
