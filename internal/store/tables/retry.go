package tables

import (
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
)

// retriable refuses an operation that retries another which cannot be retried any more.
func (t *tx) retriable(op *operation.Operation) error {
	if op.RetryOf == uuid.Nil {
		return nil
	}
	fits, err := t.there(`SELECT 1 FROM operation WHERE id = ?1 AND partner = ?2 AND state = 'failed' AND cut_at = 0
		AND retried_by IS NULL`, op.RetryOf[:], op.Partner[:])
	if err == nil && !fits {
		err = refusal{operation.ErrRetried}
	}
	return err
}

// retries notes which operation retries another.
func (t *tx) retries(op *operation.Operation) error {
	if op.RetryOf == uuid.Nil {
		return nil
	}
	return t.exec(`UPDATE operation SET retried_by = ?2 WHERE id = ?1`, op.RetryOf[:], op.ID[:])
}
