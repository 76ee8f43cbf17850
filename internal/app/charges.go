package app

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/dispatch"
)

// metaCharges begins the names under which replicas keep what they have charged to limits of lanes that run elsewhere,
// each under the number of its part.
const metaCharges = "charges-"

// chargesEvery is how often replicas tell each other of such charges.
const chargesEvery = time.Second

// tellCharges tells the others what this replica has charged, and pays what they have, until ctx ends. What is lost with a
// replica, or on the way, is a second's worth of calls.
func (a *App) tellCharges(ctx context.Context) error {
	if a.replica == nil {
		return nil
	}
	tick := time.NewTicker(chargesEvery)
	defer tick.Stop()
	for {
		if err := a.exchangeCharges(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("what replicas charge to limits for each other could not be exchanged; it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// exchangeCharges writes what has changed, and reads the others'. Parts move when replicas come and go: what is kept
// under this one's may be another's of before.
func (a *App) exchangeCharges(ctx context.Context) error {
	part, of := a.replica.Share()
	if part < 0 || of < 2 {
		return nil
	}
	mine := a.budget.Charged(a.replica.ID())
	own, err := json.Marshal(mine, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("encoding charges: %w", err)
	}
	var others []dispatch.Charges
	for i := range of {
		name := metaCharges + strconv.Itoa(i)
		text, err := a.db.Meta(ctx, name)
		if err != nil {
			return fmt.Errorf("reading charges: %w", err)
		}
		if i == part {
			if !bytes.Equal(text, own) {
				err = a.db.SetMeta(ctx, name, own)
			}
			if err != nil {
				return fmt.Errorf("keeping charges: %w", err)
			}
			continue
		}
		var one dispatch.Charges
		if text != nil && json.Unmarshal(text, &one) == nil && one.By != mine.By {
			others = append(others, one)
		}
	}
	a.budget.Pay(others)
	return nil
}
