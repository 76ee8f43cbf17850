package tables

import (
	"time"

	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// storedPause is who paused a subscription, as it is stored. An earlier release beside this one leaves it where it is, whoever
// activates the subscription and pauses it again. But each release judges a receiver anew that is activated, so the mark is that of
// this pause only while its receiver is judged from where it was.
type storedPause struct {
	audit.Mark
	JudgedFrom int64 `json:"judged_from"`
}

// pauseText is what readPause reads.
func pauseText(by audit.Mark, judgedFrom time.Time) (string, error) {
	if by == (audit.Mark{}) {
		return "", nil
	}
	return mark(storedPause{by, micros(judgedFrom)})
}

// readPause tells who paused a subscription, of which all else was read; nobody where that is not known.
func readPause(text string, s *webhook.Subscription) error {
	var stored storedPause
	err := readMark(text, &stored)
	if s.Status == webhook.Paused && stored.JudgedFrom == micros(s.Health.Since) {
		s.Paused = stored.Mark
	}
	return err
}

// pauseOf is pauseText of a change. Deliveries may have moved from when the receiver is judged since the subscription was read.
func (t *tx) pauseOf(c webhook.Change) (string, error) {
	from := c.To.Health.Since
	if c.To.Paused != (audit.Mark{}) && !c.Renewed() {
		is, err := rows(t, `SELECT judged_from FROM subscription WHERE id = ?1`, scanOne[int64], c.To.ID[:])
		if err != nil {
			return "", err
		}
		from = fromMicros(is[0])
	}
	return pauseText(c.To.Paused, from)
}
