package tsptest

import (
	"context"
	"sync"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// vault stores a connection's credentials and renews them as tsp.Renew promises.
type vault struct {
	renewing sync.Mutex // held while credentials are replaced

	mu   sync.Mutex
	kept tsp.Credentials
	// renewals counts how often the adapter's own part ran.
	renewals int
	// made are the values that renewals and exchanges brought.
	made []string
	// fails makes storing fail.
	fails bool
}

func newVault(c tsp.Credentials) *vault { return &vault{kept: c} }

func (v *vault) stored() tsp.Credentials {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.kept
}

// read is how a tsp.Caller asks for them.
func (v *vault) read(context.Context) (tsp.Credentials, error) { return v.stored(), nil }

// put stores credentials and notes what is new in them.
func (v *vault) put(c tsp.Credentials) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.note(c)
	v.kept = c
}

func (v *vault) note(c tsp.Credentials) {
	for name, value := range c.Fields {
		if v.kept.Fields[name] != value && len(value) >= minSecret && name != tsp.ExpiresAt {
			v.made = append(v.made, value)
		}
	}
}

func (v *vault) renew(ctx context.Context, spent tsp.Credentials, by func(context.Context, tsp.Credentials) (tsp.Credentials, error)) (tsp.Credentials, error) {
	v.renewing.Lock()
	defer v.renewing.Unlock()
	now := v.stored()
	if !sameFields(now, spent) {
		return now, nil
	}
	v.mu.Lock()
	v.renewals++
	v.mu.Unlock()
	fresh, err := by(ctx, now)
	if err != nil {
		return tsp.Credentials{}, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.note(fresh)
	if v.fails {
		return tsp.Credentials{}, &tsp.Error{Class: tsp.Unavailable, Message: "the renewed credentials could not be stored"}
	}
	v.kept = fresh
	return fresh, nil
}

func (v *vault) count() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.renewals
}

func (v *vault) secrets() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]string(nil), v.made...)
}

func sameFields(a, b tsp.Credentials) bool {
	if len(a.Fields) != len(b.Fields) {
		return false
	}
	for name, value := range a.Fields {
		if b.Fields[name] != value {
			return false
		}
	}
	return true
}
