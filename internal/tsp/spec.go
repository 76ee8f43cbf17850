package tsp

import (
	"log/slog"
	"time"
)

// Name is an adapter's name; it is a value of the contract's TspEnum.
type Name string

// Spec is the static data of an adapter.
type Spec struct {
	Name        Name
	DisplayName string
	// BaseURL is where the TSP answers, unless a connection or the operator says otherwise.
	BaseURL     string
	Docs        []Doc
	Credentials []CredentialKind
	Limits      []Limit
	// Parallel bounds the calls in flight on one connection.
	Parallel int
	Actions  Actions
	// Imports lists the kinds whose records Session.List can read.
	Imports []ImportKind
	// SampleCredentials open a connection to the adapter's simulator.
	SampleCredentials Credentials
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

// Limit is a rate that the TSP documents or that we assume.
type Limit struct {
	Key   string
	Scope Scope
	// Events in each Period, with at most Burst at once.
	Events int
	Period time.Duration
	Burst  int
	// Source is the URL of the documentation, or the reason for an assumed limit.
	Source string
}

// CredentialKind is one shape of credentials that an adapter takes; Kind is the contract's
// conn_type and Fields its members.
type CredentialKind struct {
	Kind   string
	Fields []CredentialField
}

// CredentialField is one member of credentials.
type CredentialField struct {
	Name     string
	Label    string
	Required bool
	Secret   bool
}

// Credentials are the secret of a connection in the clear. They print as "*****".
type Credentials struct {
	Kind   string            `json:"kind"`
	Fields map[string]string `json:"fields"`
}

// String hides the secret.
func (Credentials) String() string { return "*****" }

// GoString hides the secret from %#v.
func (Credentials) GoString() string { return "*****" }

// LogValue hides the secret from logs.
func (Credentials) LogValue() slog.Value { return slog.StringValue("*****") }

// Get returns one member, or "".
func (c Credentials) Get(field string) string { return c.Fields[field] }
