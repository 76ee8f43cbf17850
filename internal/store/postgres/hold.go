package postgres

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store/engine"
)

// Whether a lane was claimed again is asked with its row locked, so that who claims it next waits for what is
// written under this claim. guardText fails by a division by zero if it was; epochText tells.
const (
	guardText = `SELECT 1 / CASE WHEN epoch > ?3 THEN 0 ELSE 1 END FROM lane WHERE kind = ?1 AND id = ?2 FOR SHARE`
	epochText = `SELECT epoch FROM lane WHERE kind = ?1 AND id = ?2 FOR SHARE`
)

// overtakenLane is the error of a transaction in which a lane was held that had been claimed again.
type overtakenLane struct {
	lane fence.Lane
	err  error
}

// Error describes it.
func (o *overtakenLane) Error() string {
	return fmt.Sprintf("the %s lane %s was claimed again: %v", o.lane.Kind, o.lane.ID, o.err)
}

// Unwrap lets callers know it as what they know.
func (o *overtakenLane) Unwrap() error { return fence.ErrOvertaken }

// overtaken tells the failure of a guard.
func overtaken(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "22012"
}

// Hold tells whether a lane was claimed again since a claim. That it was is rare, so a guard goes along with the
// transaction instead of a question whose answer is waited for. If the guard fails so does the transaction, and
// whoever writes it again, one write at a time, is answered here.
func (s *session) Hold(c fence.Claim) (bool, error) {
	if c.Epoch == 0 {
		return false, nil
	}
	if c.Epoch < s.epochs[c.Lane] {
		return true, nil
	}
	s.epochs[c.Lane] = c.Epoch
	if held, ok := s.tx.held[c.Lane]; ok && held <= c.Epoch {
		return false, nil
	}
	if s.doubted[c.Lane] {
		return s.holds(c)
	}
	s.tx.held[c.Lane] = c.Epoch
	s.tx.guards[s.tx.sent] = c.Lane
	err := s.tx.add(guardText, []any{c.Lane.Kind, c.Lane.ID[:], c.Epoch}, nil)
	return false, s.doubt(err)
}

// holds asks.
func (s *session) holds(c fence.Claim) (bool, error) {
	var epoch int64
	err := s.tx.ask(epochText, []any{c.Lane.Kind, c.Lane.ID[:]}, rows(func(r engine.Row) error { return r.Scan(&epoch) }))
	if err != nil {
		return false, err
	}
	s.epochs[c.Lane] = max(epoch, c.Epoch)
	delete(s.doubted, c.Lane)
	s.tx.held[c.Lane] = max(epoch, c.Epoch)
	return epoch > c.Epoch, nil
}

// doubt remembers which lane failed a transaction.
func (s *session) doubt(err error) error {
	var o *overtakenLane
	if errors.As(err, &o) {
		s.doubted[o.lane] = true
	}
	return err
}
