package faults

import (
	"context"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store/engine"
)

// session is one whose calls fail. To take something back never does.
type session struct {
	engine.Session
	dice *dice
}

// befall is what befalls the next call of a kind that has no context.
func (s *session) befall(at site) (spell, error) {
	of := s.dice.fall(at)
	return of, of.passes(context.Background())
}

// Begin may fail; there is no transaction then.
func (s *session) Begin() (changed bool, err error) {
	if _, err := s.befall(begins); err != nil {
		return false, err
	}
	return s.Session.Begin()
}

// Commit may fail before it, or once it was made, or not tell which of both.
func (s *session) Commit() (logged bool, err error) {
	of, err := s.befall(commits)
	if err != nil {
		return false, err
	}
	if of.what == unsure {
		return true, &fence.Uncertain{Err: of.fault()}
	}
	logged, err = s.Session.Commit()
	if err == nil && of.what == after {
		return logged, &fence.Uncertain{Err: of.fault()}
	}
	return logged, err
}

// Exec may fail.
func (s *session) Exec(query string, args []any) error {
	if _, err := s.befall(statements); err != nil {
		return err
	}
	return s.Session.Exec(query, args)
}

// Change may fail.
func (s *session) Change(query string, args []any) (int64, error) {
	if _, err := s.befall(statements); err != nil {
		return 0, err
	}
	return s.Session.Change(query, args)
}

// Expect may fail.
func (s *session) Expect(query string, args []any, unmet func()) (int64, error) {
	if _, err := s.befall(statements); err != nil {
		return 0, err
	}
	return s.Session.Expect(query, args, unmet)
}

// Query may fail before the first row.
func (s *session) Query(query string, args []any, each func(engine.Row) error) error {
	if _, err := s.befall(statements); err != nil {
		return err
	}
	return s.Session.Query(query, args, each)
}
