package cli

import (
	"cmp"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/cli/output"
	"github.com/waybill-dev/waybill/internal/cli/remote"
)

type doctorCommand struct {
	at
	shape
}

// Help teaches the command.
func (doctorCommand) Help() string {
	return `Looks at each step from here to the TSPs, and says what helps where one is wrong: the settings, the address, the service's
health, the clock, the client and its scopes, the connections, the oldest write that waits and the subscriptions. Changes
nothing. Ends with 4 if the client or its token is refused, with 1 if something else is wrong; a warning is no error.`
}

// The results of a check.
const (
	fine  = "ok"
	warns = "warning"
	wrong = "wrong"
)

// finding is what came of one check.
type finding struct {
	Check  string `json:"check"`
	Result string `json:"result"`
	Detail string `json:"detail"`
}

// examination is a row of checks; what depends on one that failed is not looked at.
type examination struct {
	s        *Session
	client   *remote.Client
	findings []finding
	// barred tells that the client, or its token, is refused.
	barred bool
}

func (e *examination) add(check, result, format string, args ...any) {
	e.findings = append(e.findings, finding{check, result, fmt.Sprintf(format, args...)})
}

// Run looks at everything.
func (c doctorCommand) Run(s *Session) error {
	e := &examination{s: s}
	if e.reaches(c.at) && e.knows() {
		e.connections()
		e.waiting()
		e.hooks()
	}
	g := output.Grid{Heads: []string{"CHECK", "RESULT", "DETAIL"}}
	var all []jsontext.Value
	bad := 0
	for _, f := range e.findings {
		if f.Result == wrong {
			bad++
		}
		g.Add(f.Check, f.Result, f.Detail)
		text, err := json.Marshal(f)
		if err != nil {
			return fmt.Errorf("telling what was found: %w", err)
		}
		all = append(all, text)
	}
	if err := s.printer(c.shape).List(all, "check", func() output.Grid { return g }); err != nil {
		return err
	}
	if err := s.Context.Err(); err != nil {
		return err
	}
	if e.barred {
		return ended(ExitAuth, "the client is refused")
	}
	if bad > 0 {
		return ended(ExitError, "%d checks found something wrong", bad)
	}
	return nil
}

// reaches looks whether the service is there and well.
func (e *examination) reaches(of at) bool {
	t, from, err := e.s.target(of)
	if err == nil {
		e.client, err = remote.New(t)
	}
	if err != nil {
		_, hint := judge(err)
		e.add("settings", wrong, "%s; %s", err, hint)
		return false
	}
	as := t.ClientID
	if t.Token != "" {
		as = "whom " + variableToken + " was given to"
	}
	e.add("settings", fine, "%s as %s, by %s", t.URL, as, from)
	if plain(t.URL) {
		e.add("secrecy", warns, "the secret and the tokens go over plain http; use https where the network is not trusted")
	}
	a, err := e.client.Open(e.s.Context, "/healthz")
	switch {
	case err != nil:
		_, hint := judge(err)
		e.add("service", wrong, "%s; %s", err, hint)
		return false
	case a.Status != http.StatusOK:
		e.add("service", wrong, "it is not well: %d %s", a.Status, strings.TrimSpace(string(a.Body)))
	default:
		e.add("service", fine, "it answers, and is well")
	}
	if there, err := http.ParseTime(a.Header.Get("Date")); err == nil {
		if off := time.Since(there).Abs(); off > time.Minute {
			e.add("clock", warns, "it differs by %s from the service's; signatures of webhooks are refused from 5 minutes on", span(off))
		} else {
			e.add("clock", fine, "it is the service's")
		}
	}
	return true
}

// plain tells whether what is sent to an address can be read on the way.
func plain(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" || u.Hostname() == "localhost" {
		return false
	}
	at, err := netip.ParseAddr(u.Hostname())
	return err != nil || !at.IsLoopback()
}

// knows looks whether the client has a token that is taken, and for what.
func (e *examination) knows() bool {
	claims, err := e.client.Who(e.s.Context)
	if err != nil {
		exit, hint := judge(err)
		e.barred = exit == ExitAuth
		e.add("client", wrong, "%s; %s", err, hint)
		return false
	}
	var lacks []string
	has := strings.Fields(claims.Scope)
	for _, scope := range []string{"resource_operation:read", "telematics:write", "connection:read", "webhook:read"} {
		if len(has) > 0 && !slices.Contains(has, scope) {
			lacks = append(lacks, scope)
		}
	}
	if len(lacks) > 0 {
		e.add("client", warns, "it lacks the scopes %s, which some commands need", strings.Join(lacks, ", "))
	} else {
		e.add("client", fine, "%s has a token that is taken", cmp.Or(claims.Subject, "it"))
	}
	return true
}

// connections looks for those that do not work.
func (e *examination) connections() {
	total, bad := 0, 0
	for item, err := range e.client.List(e.s.Context, allConnections, nil, 0) {
		var conn connection
		if err == nil {
			err = remote.Decode(item, &conn)
		}
		if err != nil {
			e.add("connections", wrong, "%s", err)
			return
		}
		total++
		if conn.Status == "active" {
			continue
		}
		if bad++; bad <= 5 {
			result := warns
			if conn.Status == "stale" || conn.Status == "failed" {
				result = wrong
			}
			e.add("connections", result, "%s at %s is %s %s (waybill conn get %s)", conn.ID, conn.SourceName, conn.Status, conn.Problem, conn.ID)
		}
	}
	switch {
	case total == 0:
		e.add("connections", warns, "there is none that this client reaches: nothing can be written")
	case bad > 5:
		e.add("connections", warns, "%d more are not active (waybill conn list)", bad-5)
	case bad > 0:
		e.add("connections", warns, "%d of %d are active", total-bad, total)
	default:
		e.add("connections", fine, "%d of %d are active", total, total)
	}
}
