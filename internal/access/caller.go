package access

import (
	"context"
	"slices"
	"strings"
	"time"
)

// caller returns whom a remembered token stands for; false if it is not known.
func (k *known) caller(raw string, now time.Time) (Principal, bool, error) {
	v, ok := k.get(raw)
	if ok && !now.Before(v.who.Expires) {
		return Principal{}, ok, refused("it expired")
	}
	return v.who, ok, nil
}

// Caller returns whom a token stands for by its signature and its end alone, or ErrInvalidToken. It
// asks no store but for the signing keys, once a second at most, so a caller can be refused before it
// costs anything. Whether the token counts, Verify knows.
func (i *Issuer) Caller(raw string) (Principal, error) {
	now := i.now()
	if who, ok, err := i.known.caller(raw, now); ok {
		return who, err
	}
	t, err := i.read(context.Background(), raw)
	if err != nil {
		return Principal{}, err
	}
	if !now.Before(t.Expiry.Time()) {
		return Principal{}, refused("it expired")
	}
	p := Principal{Client: t.Subject, Scopes: strings.Fields(t.Scope), Expires: t.Expiry.Time()}
	for name, o := range t.Org {
		if slices.Contains(o.OrgType, orgFleet) {
			p.Fleet = Fleet{ID: o.ID, Name: name}
		} else {
			p.Partner = Partner{ID: o.ID, Name: name}
		}
	}
	return p, nil
}

// Caller returns whom a token stands for that counted before; any other is ErrInvalidToken here, since
// its issuer may have to be asked.
func (e *External) Caller(raw string) (Principal, error) {
	who, ok, err := e.known.caller(raw, e.Now())
	if !ok {
		return Principal{}, ErrInvalidToken
	}
	return who, err
}

// Caller returns whom a token stands for by what is known without asking.
func (g Gate) Caller(raw string) (Principal, error) {
	if g.external(raw) {
		return g.External.Caller(raw)
	}
	return g.Own.Caller(raw)
}
