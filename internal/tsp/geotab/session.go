package geotab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
	"github.com/waybill-dev/waybill/internal/tsp/steps"
)

// What signing in adds to the credentials. The session is kept with them, because signing in is
// limited and a user has 100 sessions at most.
const (
	sessionID = "session_id"
	server    = "server"
)

// thisServer is how signing in names the server that was asked.
const thisServer = "ThisServer"

// session is one connection's way to its database.
type session struct {
	adapter  *adapter
	client   *http.Client
	settings tsp.Settings
	renew    tsp.Renew
	// root is where the first call goes; override tells that the operator set it.
	root     string
	override bool

	mu      sync.Mutex
	current tsp.Credentials

	trees      cache[defectTree]
	groups     cache[map[string]string]
	properties cache[[]property]
	trailers   cache[map[resource.SourceID]bool]
	drivers    cache[bool]
}

// Format hides what a session holds from every verb of fmt.
func (s *session) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "session with Geotab") }

// login returns credentials with a session. Those that are spent are replaced, however many
// callers find out at once.
func (s *session) login(ctx context.Context, pace tsp.Pacer, spent tsp.Credentials) (tsp.Credentials, error) {
	s.mu.Lock()
	now := s.current
	s.mu.Unlock()
	if now.Get(sessionID) != "" && now.Get(sessionID) != spent.Get(sessionID) {
		return now, nil
	}
	fresh, err := s.renew(ctx, now, func(ctx context.Context, from tsp.Credentials) (tsp.Credentials, error) {
		return s.authenticate(ctx, pace, from)
	})
	if err != nil {
		return tsp.Credentials{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current = fresh
	return fresh, nil
}

// authenticate signs in at the root, which tells the database's own server.
func (s *session) authenticate(ctx context.Context, pace tsp.Pacer, from tsp.Credentials) (tsp.Credentials, error) {
	if err := pace.Wait(ctx, "Authenticate"); err != nil {
		return from, &tsp.Error{Class: tsp.Unavailable, Message: "signing in ended before the request was sent", Err: err}
	}
	c := &call{session: s, foreseen: map[string]any{"path": thisServer, "credentials": map[string]string{
		"sessionId": tsp.Later("session")}}}
	gate := s.lineTo(s.root, from, nil)
	gate.Opens = true
	result, err := c.post(ctx, gate, request{"Authenticate", map[string]any{
		"database": from.Get("database"), "userName": from.Get("username"), "password": from.Get("password")}})
	if err != nil {
		return from, c.unsigned(err)
	}
	var made struct {
		Path        string `json:"path"`
		Credentials struct {
			SessionID string `json:"sessionId"`
		} `json:"credentials"`
	}
	if err := unmarshal(result, &made); err != nil || made.Credentials.SessionID == "" {
		return from, &tsp.Error{Class: tsp.Broken, Message: "Geotab gave no session", Status: http.StatusOK, Err: err}
	}
	out := tsp.Credentials{Kind: from.Kind, Secrets: from.Secrets, Fields: map[string]string{}}
	for name, value := range from.Fields {
		out.Fields[name] = value
	}
	out.Fields[sessionID] = made.Credentials.SessionID
	out.Fields[server] = made.Path
	return out, nil
}

// unsigned is the end of a sign-in without a session. Geotab's own types alone refuse the
// credentials; an answer without one, such as a firewall's 401 or 403, says nothing of them, and no
// call was made yet.
func (c *call) unsigned(err error) error {
	var e *tsp.Error
	if !errors.As(err, &e) || e.Class == tsp.Throttled || e.Class == tsp.Unauthorized && c.kind != "" {
		return err
	}
	out := *e
	out.Class, out.Message = tsp.Unavailable, "signing in: "+e.Message
	// The root knows every database of its federation, and one that is being moved comes back.
	if moved(c.kind, e.Message) && strings.Contains(e.Message, "UnknownDatabase") {
		out.Credential = "database"
	}
	return &out
}

// line is the way to the server that signing in named. hidden are further texts that no error
// may show.
func (s *session) line(login tsp.Credentials, hidden []string) rest.Line {
	return s.lineTo(s.base(login.Get(server)), login, hidden)
}

func (s *session) lineTo(base string, c tsp.Credentials, more []string) rest.Line {
	hidden := append([]string{c.Get("password"), c.Get(sessionID), s.settings.Text(settingPassword)}, more...)
	return rest.Line{Client: s.client, BaseURL: base, Secrets: hidden, Now: s.adapter.now}
}

// base is the URL of the server that Geotab named. An installation that was pointed elsewhere
// follows it only within that host or to this machine, so that it never reaches the real one.
func (s *session) base(path string) string {
	if path == "" || strings.EqualFold(path, thisServer) {
		return s.root
	}
	scheme, rest, ok := strings.Cut(s.root, "://")
	own, err := url.Parse(scheme + "://" + path)
	if !ok || err != nil || own.Host != path {
		return s.root
	}
	if s.override && !loopback(own.Hostname()) && own.Hostname() != strings.Split(rest, ":")[0] {
		return s.root
	}
	return scheme + "://" + path
}

func loopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

// Write performs one write in as many calls as it takes.
func (s *session) Write(ctx context.Context, w tsp.Write) (tsp.Written, error) {
	w.Settings = s.settings
	plan, err := s.plan(w)
	if err != nil {
		return tsp.Written{}, err
	}
	return plan.Perform(ctx, w)
}

// Find tells whether an earlier attempt of the write took effect.
func (s *session) Find(ctx context.Context, w tsp.Write) (tsp.Written, bool, error) {
	w.Settings = s.settings
	plan, err := s.plan(w)
	if err != nil {
		return tsp.Written{}, false, err
	}
	return plan.Find(ctx, w)
}

func (s *session) plan(w tsp.Write) (steps.Plan, error) {
	action, ok := s.adapter.writes[w.Capability]
	if !ok {
		return steps.Plan{}, unsupported(w.Capability.String())
	}
	c := &call{session: s, pace: w.Pace}
	if w.Kind == resource.KindUser && w.Verb == resource.Create {
		c.hidden = []string{firstPassword(w)}
	}
	all, err := action.steps(w)
	plan := steps.Plan{Strength: action.Strength}
	for _, one := range all {
		plan.Steps = append(plan.Steps, one.over(c))
	}
	return plan, err
}
