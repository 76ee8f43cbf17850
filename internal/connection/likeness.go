package connection

import (
	"context"
	"fmt"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Likeness tells whether credentials that were replaced and the new ones are those of the same user of the account.
type Likeness string

// What is known of it. OtherUser may be another name of the same user as well; AnyUser is not known.
const (
	SameUser  Likeness = "same"
	OtherUser Likeness = "other"
	AnyUser   Likeness = "any"
)

// CredentialKind is the kind of the credentials that a connection has; "" if they cannot be read.
func (s *Service) CredentialKind(c Connection) string {
	credentials, err := s.credentials(c)
	if err != nil {
		return ""
	}
	return credentials.Kind
}

// likeness asks the TSP, in a session of the trial, whether its user is the one before. The account is the same; a TSP of
// which no user's sight is known is not asked.
func (t *trial) likeness(ctx context.Context, to tsp.Target) Likeness {
	adapter, ok := t.Caller.Registry().Adapter(t.conn.TSP)
	if !ok || adapter.Spec().Sight == "" {
		return SameUser
	}
	if t.before == nil {
		return AnyUser
	}
	if same(*t.before, t.given) {
		return SameUser
	}
	alike, end := t.Caller.Recognize(ctx, to, *t.before, t.Pace(t.conn))
	switch {
	case end != nil:
		t.Log.Info("it could not be told whether new credentials are those of the same user", "connection_id", t.conn.ID,
			"tsp", t.conn.TSP, "class", end.Class)
		return AnyUser
	case alike:
		return SameUser
	}
	return OtherUser
}

// userWarnings tell of credentials that are, or may be, another user's than those before.
func (s *Service) userWarnings(of tsp.Name, found Likeness) []access.Warning {
	what := map[Likeness]string{
		OtherUser: "are those of another user than the ones before, or of the same under another name",
		AnyUser:   "may be those of another user than the ones before, which could not be told",
	}[found]
	adapter, ok := s.Caller.Registry().Adapter(of)
	if what == "" || !ok {
		return nil
	}
	spec := adapter.Spec()
	return []access.Warning{{Path: "credentials", Message: fmt.Sprintf("%s: at %s %s. Records that this one does not see leave the "+
		"connection with its next imports, and come back under the same ids once they are seen again; if that is not meant, send "+
		"credentials of the user before", what, spec.DisplayName, spec.Sight)}}
}
