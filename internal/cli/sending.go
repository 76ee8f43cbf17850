package cli

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/cli/output"
	"github.com/waybill-dev/waybill/internal/cli/remote"
)

// sending says how a write is sent and who waits for it.
type sending struct {
	Wait    time.Duration `help:"Wait for its end, and end as it does: 0 succeeded, 5 failed, 6 unknown. After this time it is left to itself, with 0." placeholder:"TIME" xor:"waiting"`
	Sync    bool          `help:"Send it at once, ahead of the queue, in one attempt." xor:"waiting"`
	Expires ahead         `help:"Never send it after this time from now, such as 15m." placeholder:"TIME"`
	Verify  bool          `help:"Read the record back once it is written, and tell what the TSP took." xor:"verifying"`
	// NoVerify is for what is verified otherwise.
	NoVerify bool   `help:"Do not read it back, though its connection, or what it retries or reverts, would have it so." xor:"verifying"`
	Key      string `name:"idempotency-key" help:"The same key with the same write is the same operation, for 30 days; one is made if left out." placeholder:"KEY"`
}

// ahead is a time from now on.
type ahead time.Duration

// UnmarshalText reads a length such as 15m. None and a negative one are refused: they would be taken for none given.
func (a *ahead) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil || d <= 0 {
		return fmt.Errorf("%q is no time from now; give one such as 15m", text)
	}
	*a = ahead(d)
	return nil
}

// mostWait is the longest for which an answer of the API waits.
const mostWait = time.Minute

// seconds is a time as the API takes it, at least one second.
func seconds(d time.Duration) string { return strconv.Itoa(max(1, int(d/time.Second))) }

// with is a request that is sent so.
func (o sending) with(r remote.Request, dry bool) order {
	if r.Query == nil {
		r.Query = url.Values{}
	}
	if r.Header == nil {
		r.Header = http.Header{}
	}
	for name, set := range map[string]bool{"is_sync": o.Sync, "verify": o.Verify, "dry_run": dry} {
		if set {
			r.Query.Set(name, "true")
		}
	}
	if o.NoVerify {
		r.Query.Set("verify", "false")
	}
	if o.Expires > 0 {
		r.Query.Set("expires_in", seconds(time.Duration(o.Expires)))
	}
	if o.Wait > 0 && !o.Sync {
		r.Header.Set("Prefer", "wait="+seconds(min(o.Wait, mostWait)))
	}
	key := o.Key
	if key == "" {
		key = uuid.NewString()
	}
	if !dry {
		r.Header.Set("Idempotency-Key", key)
	}
	return order{r, key, o, dry}
}

// order is a write that is about to be sent.
type order struct {
	remote.Request
	key string
	sending
	dry bool
}

// send sends a write, writes the operation, and ends as it does where its end is known.
func (s *Session) send(c *remote.Client, p *output.Printer, o order) error {
	began := time.Now()
	a, err := c.Send(s.Context, o.Request)
	if err != nil {
		var away *remote.Unreachable
		if errors.As(err, &away) && !away.Token && !o.dry {
			return &Failure{Exit: ExitUnknown, Err: fmt.Errorf("%w; the write may have been accepted", err),
				Hint: "the same command with --idempotency-key " + o.key + " finds out, and sends nothing twice"}
		}
		return err
	}
	op, err := readOperation(a.Body)
	if a.Status >= 300 && (a.Status != http.StatusBadGateway || err != nil || op.ID == "") {
		return remote.ProblemOf(a)
	}
	if err != nil {
		return err
	}
	if o.dry {
		return s.preview(p, op.raw)
	}
	if a.Header.Get("Idempotent-Replayed") == "true" {
		s.say("this was sent before with the same key; it is that operation")
	}
	// The answer to a write lacks what is read of an operation; whoever waits longer than an answer does reads on.
	for o.Wait > 0 && op.Status == pending && time.Since(began) < o.Wait {
		if err := s.pause(firstLook); err != nil {
			return err
		}
		if op, err = s.persistently(c, op); err != nil {
			return err
		}
	}
	if err := s.wrote(p, op); err != nil {
		return err
	}
	return op.outcome()
}

// wrote writes the operation of a write.
func (s *Session) wrote(p *output.Printer, op operation) error {
	if err := s.show(p, op); err != nil {
		return err
	}
	if !p.ForPeople() {
		return nil
	}
	for _, w := range op.Warnings {
		s.say("warning: %s: %s", w.Path, w.Message)
	}
	if op.Status == failed {
		s.say("%s", op.lastError())
		s.say("waybill op explain %s says what can be done", op.ID)
	}
	if op.Status == pending {
		s.say("waybill op watch %s follows it, waybill op explain %s says why it waits", op.ID, op.ID)
	}
	return nil
}
