package rest

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Config is what makes an adapter. It is not changed after New.
type Config struct {
	// Spec is the static data. Its Actions and Limits follow from the members below.
	Spec tsp.Spec
	Auth Auth
	// Header is sent with every request beside those of the package.
	Header http.Header
	// URLField names the credential field that may hold the connection's own base URL.
	URLField string
	Limits   []Limit
	Answers  Answers
	Check    func(ctx context.Context, send Send) (tsp.Account, error)
	Writes   []Write
	Lists    map[resource.Kind]List
	// Now is the clock by which Retry-After dates are read; nil means time.Now.
	Now func() time.Time
}

// Write is one capability. It makes one call; a write of several steps would name them here
// instead of Method, Path, Encode and Decode.
type Write struct {
	Capability tsp.Capability
	Strength   tsp.Strength
	Uses       tsp.Uses
	// Check is the action's own; it may be nil.
	Check  func(resource.Payload, tsp.Settings) []resource.Problem
	Method string
	// Path is below the base URL; {target} stands for the record to update.
	Path string
	// Encode returns the value that is sent as JSON. Its error may be a *tsp.Error; any other
	// is class Broken.
	Encode func(w tsp.Write) (any, error)
	// Decode reads an answer of 2xx. Status and headers of the result are filled in. An error
	// should come from Decode or Unconfirmed.
	Decode func(w tsp.Write, a Answer) (tsp.Written, error)
	// Find tells whether an earlier attempt took effect. It is needed for strength VerifyFirst.
	Find func(ctx context.Context, send Send, w tsp.Write) (tsp.Written, bool, error)
}

// List reads one page of records, from cursor "" on.
type List func(ctx context.Context, send Send, cursor string) (tsp.Page, error)

// Body types an encoder: it is refused any payload but a P.
func Body[P resource.Payload](encode func(p P, w tsp.Write) (any, error)) func(tsp.Write) (any, error) {
	return func(w tsp.Write) (any, error) {
		p, ok := w.Payload.(P)
		if !ok {
			return nil, fmt.Errorf("the payload of %s is a %T", w.Capability, w.Payload)
		}
		return encode(p, w)
	}
}

// Checked types a check: any payload but a P passes it, because Body refuses that later.
func Checked[P resource.Payload](check func(P, tsp.Settings) []resource.Problem) func(resource.Payload, tsp.Settings) []resource.Problem {
	return func(payload resource.Payload, settings tsp.Settings) []resource.Problem {
		if p, ok := payload.(P); ok {
			return check(p, settings)
		}
		return nil
	}
}

type adapter struct {
	config Config
	writes map[tsp.Capability]Write
	finds  bool
}

// New returns the adapter that the config describes.
func New(config Config) tsp.Adapter {
	if config.Now == nil {
		config.Now = time.Now
	}
	a := &adapter{config: config, writes: map[tsp.Capability]Write{}}
	spec := &a.config.Spec
	spec.Actions = tsp.Actions{}
	for _, w := range config.Writes {
		a.writes[w.Capability] = w
		a.finds = a.finds || w.Find != nil
		spec.Actions[w.Capability] = tsp.Action{
			Uses: w.Uses, Strength: w.Strength, Check: w.Check, Limits: charged(config.Limits, w.Method, w.Path)}
	}
	spec.Limits = make([]tsp.Limit, len(config.Limits))
	for i, l := range config.Limits {
		spec.Limits[i] = l.Limit
	}
	return a
}

// Spec returns the static data.
func (a *adapter) Spec() tsp.Spec { return a.config.Spec }

// Connect checks the shape of the credentials. It calls nobody.
func (a *adapter) Connect(_ context.Context, access tsp.Access) (tsp.Session, error) {
	base, err := baseURL(a.config, access)
	if err != nil {
		return nil, err
	}
	header := http.Header{"Accept": {"application/json"}, "User-Agent": {"waybill"}}
	maps.Copy(header, a.config.Header)
	if err := a.config.Auth.sign(header, access.Credentials); err != nil {
		return nil, err
	}
	client := *access.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	client.Jar = nil
	s := &session{adapter: a, line: &line{
		client: &client, base: base, header: header, limits: a.config.Limits, answers: a.config.Answers,
		secrets: secretsOf(a.config.Spec, access.Credentials), now: a.config.Now}}
	if a.finds {
		return finder{s}, nil
	}
	return s, nil
}

// refusedCredentials is the end of a Connect whose credentials cannot be used as they are.
func refusedCredentials(format string, args ...any) error {
	return &tsp.Error{Class: tsp.Unauthorized, Message: strings.TrimSpace(fmt.Sprintf(format, args...))}
}
