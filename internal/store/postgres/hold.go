package postgres

import (
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store/engine"
)

// Whether a lane was claimed again is asked with its row locked, so that who claims it next waits for what is
// written under this claim. guardText asks for many, in the order in which all lock them; epochText for one.
const (
	guardText = `SELECT lane.kind, lane.id, CASE WHEN lane.epoch > held.epoch THEN 1 ELSE 0 END
		FROM lane JOIN unnest(?1::text[], ?2::bytea[], ?3::bigint[]) AS held (kind, id, epoch)
			ON lane.kind = held.kind AND lane.id = held.id
		ORDER BY lane.kind, lane.id FOR SHARE OF lane`
	epochText = `SELECT epoch FROM lane WHERE kind = ?1 AND id = ?2 FOR SHARE`
)

// Hold tells whether a lane was claimed again since a claim. That it was is rare, so all lanes of a transaction are
// asked for at its end, in one statement. If one was claimed again then, whoever writes the transaction once more is
// answered here.
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
	return false, nil
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
	s.tx.held[c.Lane], s.tx.asked[c.Lane] = max(epoch, c.Epoch), true
	return epoch > c.Epoch, nil
}

// guard adds the question for all lanes that are held, and doubts those that were claimed again.
func (s *session) guard() error {
	var kinds, ids, epochs []string
	for lane, epoch := range s.tx.held {
		if !s.tx.asked[lane] {
			kinds = append(kinds, strconv.Quote(lane.Kind))
			ids = append(ids, `"\\x`+hex.EncodeToString(lane.ID[:])+`"`)
			epochs = append(epochs, strconv.FormatInt(epoch, 10))
		}
	}
	if len(kinds) == 0 {
		return nil
	}
	met := true
	each := rows(func(r engine.Row) error {
		var lane fence.Lane
		var overtaken bool
		if err := r.Scan(&lane.Kind, &lane.ID, &overtaken); err != nil {
			return err
		}
		if overtaken {
			s.doubted[lane], met = true, false
		}
		return nil
	})
	return s.tx.expect(guardText, []any{array(kinds), array(ids), array(epochs)},
		func(r *pgconn.ResultReader) (bool, error) { err := each(r); return met, err })
}

// array is what PostgreSQL reads an array from.
func array(of []string) string { return "{" + strings.Join(of, ",") + "}" }
