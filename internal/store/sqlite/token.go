package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// missing turns "no rows" into the error that the port documents.
func missing(err, as error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return as
	}
	return troubled(err)
}

// Revoke remembers a token's id and forgets those that have expired.
func (db *DB) Revoke(ctx context.Context, tokenID string, expires time.Time) error {
	return db.audited(ctx, func(tx *tx) error {
		// An hour past its end, so that a clock which is set back does not revive a revoked token.
		if err := tx.exec(`DELETE FROM revocation WHERE expires < ?1`, micros(db.now().Add(-time.Hour))); err != nil {
			return err
		}
		return tx.exec(`INSERT OR IGNORE INTO revocation (token, expires) VALUES (?1, ?2)`, tokenID, micros(expires))
	}, revocationThing(tokenID))
}

// Revoked tells whether a token's id was revoked.
func (db *DB) Revoked(ctx context.Context, tokenID string) (bool, error) {
	return remembered(ctx, db, named{"revocation", tokenID, ""}, func() (bool, error) {
		n, err := one(ctx, db, `SELECT count(*) FROM revocation WHERE token = ?1`, scanOne[int], tokenID)
		return n > 0, troubled(err)
	})
}
