package access

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Proof is what a verified token says that must hold for as long as the token counts. The zero one is
// that of a caller without a token, which always does.
type Proof struct {
	// Client is the id of the client here that the token is held against; "" if it is another issuer's
	// and names none.
	Client string
	// TokenID is what a revocation names; "" if the token has none.
	TokenID string
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
	var why error
	switch {
	case s.Revoked:
		why = errors.New("it was revoked")
	case p.Client != "":
		why = s.Client.refuses(p, s.At)
	}
	if why != nil {
		return fmt.Errorf("%w: %w", ErrInvalidToken, why)
	}
	return nil
}

func (c Client) refuses(p Proof, at time.Time) error {
	secret, ok := c.Secret(p.Secret)
	switch {
	case c.ID == "":
		return errors.New("its client was deleted")
	case c.Disabled:
		return errors.New("its client is disabled")
	case p.External && p.IssuedAt.Before(c.Since):
		return errors.New("all tokens of its client that were issued until " + c.Since.UTC().Format(time.RFC3339) +
			" were ended")
	case p.External:
		return nil
	case !ok || secret.Expired(at):
		return errors.New("the secret that it was given for was revoked")
	case c.Generation != p.Generation:
		return errors.New("all tokens of its client were ended")
	}
	for _, s := range p.Scopes {
		if !slices.Contains(c.Scopes, s) {
			return fmt.Errorf("its client no longer holds the scope %s", s)
		}
	}
	return nil
}
