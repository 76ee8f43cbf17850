package cli

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/waybill-dev/waybill/internal/cli/remote"
)

type connTestCommand struct {
	oneConnection
	asked
}

// Help teaches the command.
func (connTestCommand) Help() string {
	return `Of an active connection an import is asked for, as it happens every few minutes anyhow, and the first kind that
answers decides. Of a stale or failed one the credentials are tried, and if they are good it is active again. Ends with 0
if the TSP takes the credentials, and with 5 if not.`
}

// Run tests the connection.
func (c connTestCommand) Run(s *Session) error {
	_, conn, _, err := c.read(s)
	if err != nil {
		return err
	}
	for tries := 0; conn.Status == "stale" || conn.Status == "failed"; tries++ {
		err := c.move(s, "active")
		var p *remote.Problem
		if errors.As(err, &p) && p.Status == http.StatusUnprocessableEntity {
			return &Failure{Exit: ExitFailed, Err: err}
		}
		// The service tries them, too, and may have been first.
		if !errors.As(err, &p) || p.Status != http.StatusConflict || tries == 2 {
			return err
		}
		if _, conn, _, err = c.read(s); err != nil {
			return err
		}
	}
	client, conn, raw, since, err := c.ask(s)
	if err != nil {
		return err
	}
	var good, bad *fresh
	_, err = s.imported(client, conn, c.Timeout, func(all []fresh) bool {
		good, bad = nil, nil
		for i, f := range all {
			if f.since(since) {
				good = &all[i]
			} else if f.Problem != "" {
				bad = &all[i]
			}
		}
		return good != nil || bad != nil
	})
	if err != nil {
		return err
	}
	if good == nil {
		return &Failure{Exit: ExitFailed, Err: fmt.Errorf("%s does not let %s be read: %s", conn.SourceName, bad.Kind, bad.Problem)}
	}
	p := s.printer(c.shape)
	return p.One(raw, "resource", func() string {
		return fmt.Sprintf("%s  %s takes the credentials: %s was imported %s\n", p.Paint("ok"), conn.SourceName, good.Kind,
			ago(good.Last, time.Now()))
	})
}
