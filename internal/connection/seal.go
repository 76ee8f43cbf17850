package connection

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/wire"
)

// mask stands where a secret is, on the wire and in stored settings. A setting with this very
// value cannot be told from one.
const mask = wire.Mask

// errErased is what opening a deleted connection's credentials answers. It reaches no caller,
// because a deleted connection does not exist for one.
var errErased = errors.New("the credentials of a deleted connection are erased")

// sealContext binds sealed secrets to their row and to whose it is: a row that is given to another
// fleet does not open.
func (c Connection) sealContext() []byte {
	return fmt.Appendf(nil, "connection of fleet\x00%s\x00%s\x00%s", c.ID, c.Fleet, c.TSP)
}

func (d Draft) sealContext() []byte {
	return fmt.Appendf(nil, "connection draft of fleet\x00%s\x00%s\x00%s\x00%s", d.ID, d.Purpose, d.Fleet, d.TSP)
}

// rowContext is what secrets were bound to by releases that bound them to their row alone; see
// Service.rebind.
func (c Connection) rowContext() []byte { return append([]byte("connection:"), c.ID[:]...) }

func (d Draft) rowContext() []byte { return append([]byte("connection-draft:"), d.ID[:]...) }

// seal keeps a value as JSON. bound is the sealContext of the row that it goes to.
func (s *Service) seal(v any, bound []byte) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		// The cause could quote a secret.
		return nil, errors.New("encoding credentials failed")
	}
	return s.Sealer.Seal(plain, bound)
}

// open is the inverse of seal. Its errors never quote what was opened.
func (s *Service) open(sealed, bound []byte, into any) error {
	plain, err := s.Sealer.Open(sealed, bound)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(plain, into); err != nil {
		return errors.New("decoding stored credentials failed")
	}
	return nil
}

// credentials opens those of a connection as they were read.
func (s *Service) credentials(c Connection) (out tsp.Credentials, err error) {
	if len(c.Sealed) == 0 {
		return out, errErased
	}
	err = s.open(c.Sealed, c.sealContext(), &out)
	if err != nil && !s.bound.Load() {
		err = s.open(c.Sealed, c.rowContext(), &out)
	}
	if err != nil {
		return tsp.Credentials{}, fmt.Errorf("%w: %w", errClosed, err)
	}
	return out, nil
}

// openDraft opens a draft. None that was bound to its row alone is older than a day.
func (s *Service) openDraft(d Draft, into any) error {
	err := s.open(d.Sealed, d.sealContext(), into)
	if err != nil {
		err = s.open(d.Sealed, d.rowContext(), into)
	}
	return err
}

// stored reads a connection and opens its credentials.
func (s *Service) stored(ctx context.Context, id uuid.UUID) (Connection, tsp.Credentials, error) {
	c, err := s.Store.Connection(ctx, id)
	if err != nil {
		return c, tsp.Credentials{}, fmt.Errorf("reading a connection's credentials: %w", err)
	}
	credentials, err := s.credentials(c)
	return c, credentials, err
}

// newest is stored with what a renewal could not store yet. The connection's lock is held. Without
// that a change would seal the spent credentials anew and drop the only good ones.
func (s *Service) newest(ctx context.Context, id uuid.UUID) (Connection, tsp.Credentials, error) {
	c, credentials, err := s.stored(ctx, id)
	if late, ok := s.late(c); ok && err == nil {
		credentials = late
	}
	return c, credentials, err
}

// same tells whether two credentials are the same secret of the TSP, whatever settings are sealed
// with them. A PATCH of a setting must not look like other credentials to a session that renews.
func same(a, b tsp.Credentials) bool { return a.Kind == b.Kind && maps.Equal(a.Fields, b.Fields) }

// public returns the settings that are no secret. The secret ones come to sessions with the
// credentials; a mask must never reach a TSP.
func public(all tsp.Settings) tsp.Settings {
	out := tsp.Settings{}
	for key, value := range all {
		if value != mask {
			out[key] = value
		}
	}
	return out
}

// redact hides secrets in a text, in case an adapter let one pass. It is the last of several
// hands: what a TSP quotes of a request would else be shown to the caller.
func redact(text string, from ...tsp.Credentials) string {
	var secrets []string
	for _, c := range from {
		kind := tsp.CredentialKindOf(c.Kind)
		for name, value := range c.Fields {
			// What an exchange has added (tokens) is no member of the kind, and secret.
			if f, known := kind.Field(name); f.Secret || !known {
				secrets = append(secrets, value)
			}
		}
		secrets = slices.AppendSeq(secrets, maps.Values(c.Secrets))
	}
	return tsp.SecretsOf(secrets...).Redact(text)
}

// masks are the settings that stand for secrets: what is known of settings where all else of them is lost.
func masks(secrets map[string]string) tsp.Settings {
	out := tsp.Settings{}
	for key := range secrets {
		out[key] = mask
	}
	return out
}

// sift takes the secret ones out of settings: they are masked, and their texts come into
// secrets, which holds those that were set before. A mask that is sent back leaves its secret.
func sift(spec tsp.Spec, all tsp.Settings, before map[string]string) (masked tsp.Settings, secrets map[string]string) {
	masked = tsp.Settings{}
	for key, value := range all {
		i := slices.IndexFunc(spec.Settings, func(one tsp.Setting) bool { return one.Key == key })
		if i < 0 || !spec.Settings[i].Secret {
			masked[key] = value
			continue
		}
		text := all.Text(key)
		if value == mask {
			text = before[key]
		}
		if secrets == nil {
			secrets = map[string]string{}
		}
		masked[key], secrets[key] = mask, text
	}
	return masked, secrets
}
