package tsp

import (
	"log/slog"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
)

// Spec is the static data of an adapter.
type Spec struct {
	Name        Name
	DisplayName string
	// BaseURL is where the TSP answers, unless a connection or the operator says otherwise.
	BaseURL string
	// Hosts are further hosts of the TSP's own: an account that is named there is the same as at BaseURL.
	Hosts []string
	Docs  []Doc
	// Credentials are the shapes that the TSP takes; see CredentialKindOf.
	Credentials []CredentialKind
	// Sight says what of an account the user of credentials sees, where that need not be all of it; "" where nothing is
	// known of users.
	Sight  string
	Limits []Limit
	// Parallel bounds the writes in flight on one connection. A bound that several connections
	// share is a limit of calls at once.
	Parallel int
	// Patience is how long a call may take where the TSP is slower than an installation waits for
	// others; 0 is as long as for others.
	Patience time.Duration
	// Settles is how long the TSP may still be at work on a write whose answer never came, until its
	// lists show it; see Settling. 0 is DefaultSettling.
	Settles time.Duration
	// SettlesSource is the URL of the documentation that says so, or why it is assumed.
	SettlesSource string
	Actions       Actions
	// Lacking says why the TSP has no action for a capability, where there is something to say.
	Lacking map[Capability]string
	// Settings are what the TSP needs of a connection beyond the unified model.
	Settings []Setting
	// Imports lists the kinds whose records Session.List can read.
	Imports []ImportKind
	// NotImported says for each kind that is written and not imported why it is not.
	NotImported map[resource.Kind]string
	// Reads lists the kinds of which Session can read one record; see Reader.
	Reads []resource.Kind
	// SampleCredentials open a connection to the adapter's simulator.
	SampleCredentials Credentials
	// SampleSettings make every write of the adapter possible there.
	SampleSettings Settings
}

// Importable lists the kinds whose records an adapter can read.
func (s Spec) Importable() []resource.Kind {
	var kinds []resource.Kind
	for _, i := range s.Imports {
		kinds = append(kinds, i.Kind)
	}
	return kinds
}

// ImportNote is what there is to say about the import of a kind: its ImportKind's Note.
func (s Spec) ImportNote(kind resource.Kind) string {
	for _, i := range s.Imports {
		if i.Kind == kind {
			return i.Note
		}
	}
	return ""
}

// Doc is a page that an adapter was written from.
type Doc struct {
	Title    string
	URL      string
	Verified string // date, YYYY-MM-DD
}

// Scope says what shares a limit.
type Scope string

// The scopes.
const (
	PerConnection Scope = "connection" // one set of credentials
	PerAccount    Scope = "account"    // all connections to one account at the TSP
	PerApp        Scope = "app"        // everything that this installation sends to the TSP
)

// Limit is a rate, a bound of calls at once, or both, that the TSP documents or that we assume.
type Limit struct {
	Key   string
	Scope Scope
	// Events in each Period, with at most Burst at once; all are 0 where no rate is known.
	Events int
	Period time.Duration
	Burst  int
	// AtOnce bounds the calls in flight, over all that share the limit; 0 does not.
	AtOnce int
	// Source is the URL of the documentation, or the reason for an assumed limit.
	Source string
}

// Credentials are the secret of a connection in the clear. They print as "*****".
type Credentials struct {
	// Kind is that of a CredentialKind.
	Kind string `json:"kind"`
	// Fields holds the kind's members and, under the names below, what a code was exchanged for.
	Fields map[string]string `json:"fields"`
	// Secrets are the connection's secret settings, by key.
	Secrets map[string]string `json:"secrets,omitempty"`
}

// The members that an adapter adds when it exchanges a code or renews credentials.
const (
	AccessToken  = "access_token"
	RefreshToken = "refresh_token"
	// ExpiresAt is when the access token ends, in RFC 3339.
	ExpiresAt = "expires_at"
)

// String hides the secret.
func (Credentials) String() string { return masked }

// GoString hides the secret from %#v.
func (Credentials) GoString() string { return masked }

// LogValue hides the secret from logs.
func (Credentials) LogValue() slog.Value { return slog.StringValue(masked) }

// Get returns one member, or "".
func (c Credentials) Get(field string) string { return c.Fields[field] }
