package access

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

// maxSecrets bounds the secrets of a client that work at once.
const maxSecrets = 5

// RotateSecret gives a client another secret, and returns it. The secrets before work on for the
// time of the overlap, and no longer than they would have; with none they are revoked.
func (o *Operator) RotateSecret(ctx context.Context, id string, overlap time.Duration) (string, error) {
	text := rand.Text() + rand.Text()
	_, err := o.change(ctx, id, func(c *Client) error {
		now := o.clock()
		ends := now.Add(overlap)
		c.Secrets = slices.DeleteFunc(c.Secrets, func(s Secret) bool { return s.Expired(now) || overlap == 0 })
		if len(c.Secrets) >= maxSecrets {
			return fmt.Errorf("the client %s has %d secrets that work; revoke one with "+
				"`waybill client revoke %[1]s SECRET_ID`, or rotate without an overlap", id, len(c.Secrets))
		}
		for i := range c.Secrets {
			if s := &c.Secrets[i]; s.ExpiresAt.IsZero() || s.ExpiresAt.After(ends) {
				s.ExpiresAt = ends
			}
		}
		c.Secrets = append(c.Secrets, NewSecret(text, now))
		return nil
	})
	return text, err
}

// RevokeSecret ends one secret of a client, and the tokens that were given for it.
func (o *Operator) RevokeSecret(ctx context.Context, id, secret string) (Client, error) {
	return o.change(ctx, id, func(c *Client) error {
		if _, ok := c.Secret(secret); !ok {
			return fmt.Errorf("the client %s has no secret %s; `waybill client show %[1]s` lists those that it has", id, secret)
		}
		c.Secrets = slices.DeleteFunc(c.Secrets, func(s Secret) bool { return s.ID == secret })
		return nil
	})
}

// EnableClient lets a client work, or keeps it from working until it is enabled again. The tokens of
// a client that is disabled have ended for good.
func (o *Operator) EnableClient(ctx context.Context, id string, enabled bool) (Client, error) {
	return o.change(ctx, id, func(c *Client) error {
		if c.Disabled != !enabled {
			c.Disabled = !enabled
			c.endTokens(o.clock())
		}
		return nil
	})
}

// SetScopes gives a client the scopes that it has from now on. If it loses one its tokens end for good:
// one that was given back would revive them.
func (o *Operator) SetScopes(ctx context.Context, id string, scopes []string) (Client, error) {
	return o.change(ctx, id, func(c *Client) (err error) {
		before := c.Scopes
		c.Scopes, err = checkScopes(scopes, c.Fleet.ID != [16]byte{})
		if slices.ContainsFunc(before, func(s string) bool { return !slices.Contains(c.Scopes, s) }) {
			c.endTokens(o.clock())
		}
		return err
	})
}

// EndTokens ends all tokens of a client. Its secrets give new ones.
func (o *Operator) EndTokens(ctx context.Context, id string) (Client, error) {
	return o.change(ctx, id, func(c *Client) error { c.endTokens(o.clock()); return nil })
}

// endTokens ends all tokens that were given until a time.
func (c *Client) endTokens(at time.Time) {
	c.Generation++
	c.Since = at
}

// DeleteClient removes a client; its tokens end.
func (o *Operator) DeleteClient(ctx context.Context, id string) error {
	if _, err := o.Client(ctx, id); err != nil {
		return err
	}
	if err := o.office.DeleteClient(ctx, id); err != nil && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("deleting the client: %w", err)
	}
	return nil
}

// clientTries bounds how often a change starts again because its client has changed.
const clientTries = 5

// change changes a client as it stands, again if somebody else changes it meanwhile.
func (o *Operator) change(ctx context.Context, id string, by func(*Client) error) (Client, error) {
	for range clientTries {
		from, err := o.Client(ctx, id)
		if err != nil {
			return from, err
		}
		to := from
		to.Secrets, to.Scopes = slices.Clone(from.Secrets), slices.Clone(from.Scopes)
		if err := by(&to); err != nil {
			return from, err
		}
		to.UpdatedAt = fence.Later(from.UpdatedAt, o.clock())
		err = o.office.ChangeClient(ctx, from, to)
		if errors.Is(err, fence.ErrOvertaken) {
			continue
		}
		if err != nil {
			return from, fmt.Errorf("changing the client: %w", err)
		}
		return to, nil
	}
	return Client{}, fmt.Errorf("the client %s is being changed by others; try again", id)
}

// String tells an operator of a secret what tells it apart.
func (s Secret) String() string {
	ends := "does not expire"
	if !s.ExpiresAt.IsZero() {
		ends = "until " + s.ExpiresAt.UTC().Format(time.RFC3339)
	}
	return fmt.Sprintf("%s, since %s, %s", s.ID, s.CreatedAt.UTC().Format(time.RFC3339), ends)
}

// String tells an operator of a client, and nothing of its secrets but their ids.
func (c Client) String() string {
	state := "enabled"
	if c.Disabled {
		state = "disabled"
	}
	return fmt.Sprintf("%s of %s, %s, %d secrets, scopes: %s", c.ID, c.Owner(), state, len(c.Secrets), strings.Join(c.Scopes, " "))
}
