package access

import (
	"slices"
	"time"
)

// Proof is what a verified token says that must hold for as long as the token counts. The zero one is
// that of a caller without a token, which always does.
type Proof struct {
	// Client is the id of the client here that the token is held against; "" if it is another issuer's
	// and names none.
	Client string
	// Token is what a revocation names.
	Token TokenID
	// Secret, Generation and Scopes are those that the token was given for. One of another issuer has
	// none of them, and IssuedAt instead.
	Secret     string
	Generation int64
	Scopes     []string
	External   bool
	IssuedAt   time.Time
}

// Standing is what a proof is held against.
type Standing struct {
	// Client is the one that the proof names; zero if it is not there.
	Client Client
	// Revoked tells that the token itself was revoked.
	Revoked bool
	// At is the time for which it is asked.
	At time.Time
}

// Refuses returns an ErrInvalidToken that tells why the token counts no longer; nil if it does.
func (s Standing) Refuses(p Proof) error {
	switch {
	case s.Revoked:
		return refused("it was revoked")
	case p.Client != "":
		return s.Client.refuses(p, s.At)
	}
	return nil
}

func (c Client) refuses(p Proof, at time.Time) error {
	secret, ok := c.Secret(p.Secret)
	switch {
	case c.ID == "":
		return clientDeleted()
	case c.Disabled:
		return &Refusal{Why: "its client is disabled", Remedy: "ask the operator of this installation to enable the client"}
	case p.External:
		return c.ended(p)
	case !ok || secret.Expired(at):
		return &Refusal{Why: "the secret that it was given for was revoked",
			Remedy: "get a new one with a secret that works; the operator of this installation can make one"}
	case c.Generation != p.Generation:
		return refused("all tokens of its client were ended")
	}
	for _, s := range p.Scopes {
		if !slices.Contains(c.Scopes, s) {
			return refused("its client no longer holds the scope %s", s)
		}
	}
	return nil
}

// clientDeleted refuses the token of a client that was deleted.
func clientDeleted() error {
	return &Refusal{Why: "its client was deleted", Remedy: "ask the operator of this installation for another client"}
}

// ended refuses a token of another issuer that the client's last cut-off ended: by a clock that is ahead
// it may say that it was issued up to the leeway later than it was.
func (c Client) ended(p Proof) error {
	until := c.Since.Add(leeway)
	switch {
	case c.Since.IsZero() || p.IssuedAt.After(until):
		return nil
	case p.IssuedAt.IsZero():
		return &Refusal{Why: "tokens of its client were ended, and it does not tell when it was issued (iat)",
			Remedy: "have its issuer give tokens with an iat"}
	}
	return &Refusal{Why: "all tokens of its client that were issued until " +
		until.UTC().Format(time.RFC3339) + " were ended", Remedy: "get one that is issued later"}
}
