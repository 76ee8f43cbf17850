package tsptest

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// callDeadline bounds one call of the adapter, its wait for the budget included.
const callDeadline = 2 * time.Minute

// called is the session of a tsp.Caller, which is what the rest of the program goes through.
type called struct {
	caller *tsp.Caller
	target tsp.Target
}

func (s called) Check(ctx context.Context, pace tsp.Pacer) (tsp.Account, error) {
	account, end := s.caller.Check(ctx, s.target, pace)
	return account, plain(end)
}

func (s called) Write(ctx context.Context, w tsp.Write) (tsp.Written, error) {
	out, end := s.caller.Write(ctx, s.target, w)
	return out, plain(end)
}

func (s called) List(ctx context.Context, l tsp.List) (tsp.Page, error) {
	page, end := s.caller.List(ctx, s.target, l)
	return page, plain(end)
}

func (s called) Find(ctx context.Context, w tsp.Write) (tsp.Written, bool, error) {
	out, found, end := s.caller.Find(ctx, s.target, w)
	return out, found, plain(end)
}

// plain keeps the nil of a typed error from becoming an error.
func plain(end *tsp.Error) error {
	if end == nil {
		return nil
	}
	return end
}

// begin opens the account and says what is about to happen to it.
func (l *live) begin() outcome {
	return l.hold(tsp.Capability{}, func(t *trial) {
		l.account = l.read(t)
		l.suite.config.Settings = l.account.settings
		l.vault = newVault(l.account.credentials)
		if err := l.canKeep(); err != nil {
			t.fatalf("%s: %v", envKeep, err)
		}
		who := l.connect(t)
		t.logf("THIS RUN WRITES TO A REAL ACCOUNT AND LEAVES RECORDS BEHIND: %s (%s) at %s. They are called %q or, "+
			"where there is little room, \"wb...\"; remove them by hand when it is over. Records that are there already are not touched%s.",
			who.Name, who.Key, l.suite.spec.DisplayName, l.tag().title(), l.exempted())
	})
}

// exempted tells which records that are there already may be touched.
func (l *live) exempted() string {
	if len(l.account.sources) == 0 {
		return ""
	}
	return ", but for those that " + envSources + " names"
}

// connect exchanges the credentials if they work once, and proves them.
func (l *live) connect(t *trial) tsp.Account {
	name, bases := l.suite.spec.Name, map[tsp.Name]string{}
	if l.account.base != "" {
		bases[name] = l.account.base
	}
	registry, err := tsp.NewRegistry([]tsp.Adapter{l.suite.config.New()}, bases)
	if err != nil {
		t.fatalf("the registry: %v", err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	target := tsp.Target{Connection: connectionID, TSP: name, Settings: tsp.Settings{}, Credentials: l.vault.read, Renew: l.renew}
	for _, one := range l.suite.spec.Settings {
		if v, ok := l.account.settings[one.Key]; ok && !one.Secret {
			target.Settings[one.Key] = v
		}
	}
	caller := tsp.NewCaller(registry, client, callDeadline, slog.New(slog.NewTextHandler(&l.log, nil)))
	fresh, end := caller.Exchange(t.ctx, target, l.vault.stored(), l.pace)
	if end != nil {
		t.fatalf("the credentials cannot be exchanged: %v", end)
	}
	if !sameFields(fresh, l.vault.stored()) {
		l.vault.put(fresh)
		l.keep(fresh)
	}
	l.session = called{caller, target}
	who, err := l.session.Check(t.ctx, l.pace)
	if err != nil {
		t.fatalf("the credentials open no account: %v", err)
	}
	return who
}

// renew keeps what a renewal brings before anybody uses it.
func (l *live) renew(ctx context.Context, spent tsp.Credentials, by func(context.Context, tsp.Credentials) (tsp.Credentials, error)) (tsp.Credentials, error) {
	return l.vault.renew(ctx, spent, func(ctx context.Context, c tsp.Credentials) (tsp.Credentials, error) {
		fresh, err := by(ctx, c)
		if err == nil {
			l.keep(fresh)
		}
		return fresh, err
	})
}

// hide replaces every secret of the run in a text.
func (l *live) hide(text string) string {
	if l.vault == nil {
		return text
	}
	for _, secret := range l.secrets() {
		for _, spelt := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret), strings.Trim(quoted(secret), `"`)} {
			text = strings.ReplaceAll(text, spelt, "*****")
		}
	}
	return text
}

// secrets are all that the run knows by now, the longest first.
func (l *live) secrets() []string {
	all := append(l.vault.secrets(), l.derived...)
	for _, c := range []tsp.Credentials{l.account.credentials, l.vault.stored()} {
		for name, value := range c.Fields {
			field, _ := tsp.CredentialKindOf(c.Kind).Field(name)
			if field.Secret && !slices.Contains(harmless(), name) || name == tsp.AccessToken || name == tsp.RefreshToken {
				all = append(all, value)
			}
		}
		for _, value := range c.Secrets {
			all = append(all, value)
		}
	}
	all = slices.DeleteFunc(all, func(v string) bool { return len(v) < minSecret })
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	return all
}

// derive notes bytes that a password may be made of, in the ways in which it may be spelt.
func (l *live) derive(raw []byte) []byte {
	l.derived = append(l.derived, tsp.Password(raw), hex.EncodeToString(raw), base64.StdEncoding.EncodeToString(raw), base64.RawURLEncoding.EncodeToString(raw))
	return raw
}
