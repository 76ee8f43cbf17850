package cli

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/waybill-dev/waybill/internal/cli/remote"
)

// pause waits, or returns why it did not.
func (s *Session) pause(d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-s.Context.Done():
		return context.Cause(s.Context)
	case <-timer.C:
		return nil
	}
}

// patience is for how long something that is repeated anyhow goes on without an answer.
const patience = time.Minute

// patiently does what may be repeated until it is answered: a service that restarts is waited for.
func (s *Session) patiently(do func() error) error {
	for began, told := time.Now(), false; ; {
		err := do()
		var away *remote.Unreachable
		var p *remote.Problem
		passes := errors.As(err, &away) || errors.As(err, &p) && p.Status >= http.StatusInternalServerError
		if !passes || time.Since(began) > patience || s.Context.Err() != nil {
			return err
		}
		if !told {
			s.say("%v; it is waited for", err)
			told = true
		}
		if err := s.pause(time.Second); err != nil {
			return err
		}
	}
}
