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
	// Auths says for kinds of credentials how they sign, and Auth for every other; nil refuses.
	Auths map[string]Auth
	Auth  Auth
	// Header is sent with every request beside those of the package.
	Header http.Header
	// URLField names the credential field that may hold the connection's own base URL.
	URLField string
	// BaseURL returns where a connection's requests go by its settings, such as a region; "" or
	// a nil func leaves it at the spec's.
	BaseURL func(tsp.Settings) string
	Limits  []Limit
	Answers Answers
	// Check proves the credentials and tells whose account they open.
	Check func(ctx context.Context, send Send, settings tsp.Settings) (tsp.Account, error)
	// CheckSettings refuses settings that the account cannot have, by an error with their Setting; it may be
	// nil. Nothing else than their being set makes it called.
	CheckSettings func(ctx context.Context, send Send, settings tsp.Settings) error
	// Recognizes tells whether two credentials of one account are those of the same user, asked in a session of mine;
	// nil is for TSPs that need no such thing. See tsp.Recognizer.
	Recognizes func(ctx context.Context, send Send, mine, other tsp.Credentials) (bool, error)
	Writes     []Write
	Lists      map[resource.Kind]List
	// ListsFor replaces Lists where what is read depends on settings; it may be nil.
	ListsFor func(tsp.Settings) map[resource.Kind]List
	// Records read one record each, for kinds whose writes are not answered with the record; it may be nil.
	Records map[resource.Kind]Record
	// Now is the clock of Retry-After dates and of the ends of tokens; nil means time.Now.
	Now func() time.Time
}

// List reads the page of records that is asked for.
type List func(ctx context.Context, send Send, ask tsp.List) (tsp.Page, error)

// Record reads one record in the form of a List.
type Record func(ctx context.Context, send Send, one tsp.Single, settings tsp.Settings) (tsp.Record, error)

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
		a.finds = a.finds || w.finds()
		spec.Actions[w.Capability] = tsp.Action{Uses: w.Uses, Strength: w.Strength, Needs: w.Needs, Marks: true,
			Check: w.Check, Warn: w.Warn, Settles: w.Settles, Unknowable: w.Unknowable, Makes: w.Makes,
			Limits: w.firstLimits(config.Limits)}
	}
	for _, kind := range resource.Kinds() {
		if config.Records[kind] != nil {
			spec.Reads = append(spec.Reads, kind)
		}
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
	line, err := a.line(access)
	if err != nil {
		return nil, err
	}
	auth, _ := a.auth(access.Credentials)
	issuer, err := a.issuer(auth, line, access)
	if err != nil {
		return nil, err
	}
	line.keys = &keys{auth: auth, issuer: issuer, renew: access.Renew, now: a.config.Now, secrets: line.secrets,
		current: access.Credentials, since: a.config.Now()}
	if err := line.keys.usable(); err != nil {
		return nil, line.clean(err)
	}
	s := &session{adapter: a, line: line, settings: access.Settings, lists: a.config.Lists,
		memory: &memory{now: a.config.Now, things: map[any]*thing{}}}
	if a.config.ListsFor != nil {
		s.lists = a.config.ListsFor(access.Settings)
	}
	if a.config.Recognizes != nil {
		s.recognizes = func(ctx context.Context, send Send, other tsp.Credentials) (bool, error) {
			return a.config.Recognizes(ctx, send, access.Credentials, other)
		}
	}
	if a.finds {
		return finder{s}, nil
	}
	return s, nil
}

// Exchange turns the single-use code of an OAuth consent into tokens.
func (a *adapter) Exchange(ctx context.Context, access tsp.Access) (tsp.Credentials, error) {
	given := access.Credentials
	auth, err := a.auth(given)
	if err != nil {
		return given, err
	}
	o, ok := auth.(OAuth)
	if !ok || !o.spendable(given) {
		return given, nil
	}
	line, err := a.line(access)
	if err != nil {
		return given, err
	}
	desk, err := a.desk(o, line, access)
	if err != nil {
		return given, err
	}
	fresh, err := desk.grant(ctx, access.Pace, codeGrant, given)
	return fresh, line.clean(err)
}

func (a *adapter) auth(c tsp.Credentials) (Auth, error) {
	if auth, ok := a.config.Auths[c.Kind]; ok {
		return auth, nil
	}
	if a.config.Auth == nil {
		return nil, refusedCredentials("%s takes no credentials of kind %q", a.config.Spec.DisplayName, c.Kind)
	}
	return a.config.Auth, nil
}

// line is the way to the TSP with unsigned requests.
func (a *adapter) line(access tsp.Access) (*line, error) {
	auth, err := a.auth(access.Credentials)
	if err != nil {
		return nil, err
	}
	base, err := baseURL(a.config, access)
	if err != nil {
		return nil, err
	}
	header := http.Header{"Accept": {"application/json"}, "User-Agent": {"waybill"}}
	maps.Copy(header, a.config.Header)
	client := *access.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	client.Jar = nil
	return &line{client: &client, base: base, header: header, limits: a.config.Limits, answers: a.config.Answers, settings: access.Settings,
		secrets: secretsOf(a.config.Spec, auth, access.Credentials), now: a.config.Now}, nil
}

// issuer is where a session gets secrets that change; nil where they do not.
func (a *adapter) issuer(auth Auth, session *line, access tsp.Access) (issuer, error) {
	switch auth := auth.(type) {
	case OAuth:
		return a.desk(auth, session, access)
	case Login:
		line := *session
		line.answers, line.opens = gateAnswers(a.config.Answers), true
		return gate{auth, &line}, nil
	}
	return nil, nil
}

// desk is where tokens come from, over a line of its own.
func (a *adapter) desk(o OAuth, session *line, access tsp.Access) (*desk, error) {
	root, path, err := o.endpoint(session.base, a.config.Spec, access)
	if err != nil {
		return nil, err
	}
	line := *session
	line.base, line.keys, line.answers, line.opens = root, nil, deskAnswers(a.config.Answers), true
	first := &desk{auth: o, path: path, line: &line}
	if o.ElseTokenURL != "" && o.own(access) == "" && access.BaseURL == "" {
		o.TokenURL, o.ElseTokenURL = o.ElseTokenURL, ""
		first.next, err = a.desk(o, session, access)
	}
	return first, err
}

// wrong is the end of a Connect because of one member of the credentials, which nobody was asked about.
func wrong(field, format string, args ...any) error {
	return &tsp.Error{Class: tsp.Unauthorized, Credential: field, Own: true, Message: fmt.Sprintf(format, args...)}
}

// refusedCredentials is the end of a Connect whose credentials cannot be used as they are.
func refusedCredentials(format string, args ...any) error {
	return &tsp.Error{Class: tsp.Unauthorized, Own: true, Message: strings.TrimSpace(fmt.Sprintf(format, args...))}
}
