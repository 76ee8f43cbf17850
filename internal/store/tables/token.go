package tables

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/waybill-dev/waybill/internal/access"
)

// missing turns "no rows" into the error that the port documents.
func missing(err, as error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return as
	}
	return err
}

// Revoke remembers a token and forgets those that have expired.
func (db *DB) Revoke(ctx context.Context, t access.TokenID, expires time.Time) error {
	return db.audited(ctx, func(tx *tx) error {
		// An hour past its end, so that a clock which is set back does not revive a revoked token.
		if err := tx.exec(`DELETE FROM revocation WHERE expires < ?1`, micros(db.now().Add(-time.Hour))); err != nil {
			return err
		}
		return tx.exec(`INSERT INTO revocation (token, expires) VALUES (?1, ?2) ON CONFLICT DO NOTHING`,
			t.String(), micros(expires))
	}, revocationThing(t.String()))
}

// revoked finds the revocation of a token. One that names no issuer is of a database of before, and counts for
// the tokens of all.
const revoked = `FROM revocation WHERE token IN (?1, ?2)`

// Revoked tells whether a token was revoked.
func (db *DB) Revoked(ctx context.Context, t access.TokenID) (bool, error) {
	return remembered(ctx, db, named{"revocation", t.String(), ""}, func() (bool, error) {
		n, err := one(ctx, db, `SELECT count(*) `+revoked, scanOne[int], t.String(), t.ID)
		return n > 0, err
	})
}
