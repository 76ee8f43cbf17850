package tsp_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// keyAt is the key of the account "a" that credentials open which name an address.
func keyAt(t *testing.T, spec tsp.Spec, base, address string) string {
	t.Helper()
	spec.Name, spec.Credentials = "traccar", []tsp.CredentialKind{tsp.CredentialKindOf("token")}
	bases := map[tsp.Name]string{}
	if base != "" {
		bases["traccar"] = base
	}
	r, err := tsp.NewRegistry([]tsp.Adapter{plain{spec, func(context.Context) error { return nil }}}, bases)
	if err != nil {
		t.Fatal(err)
	}
	c := tsp.NewCaller(r, http.DefaultClient, time.Second, slog.New(slog.DiscardHandler))
	account, end := c.Check(t.Context(), tsp.Target{Connection: uuid.New(), TSP: "traccar", Credentials: func(context.Context) (tsp.Credentials, error) {
		return tsp.Credentials{Kind: "token", Fields: map[string]string{"token": "t", "url": address}}, nil
	}}, nil)
	if end != nil {
		t.Fatal(end)
	}
	return account.Key
}

func TestAnAccountIsTheTSPsAtItsOwnHostsAndElsewhereTheHosts(t *testing.T) {
	t.Parallel()
	spec := tsp.Spec{BaseURL: "https://api.tsp.example", Hosts: []string{"eu.tsp.example"}}
	for address, want := range map[string]string{
		"": "a", "https://api.tsp.example": "a", "https://API.tsp.example:443/": "a", "https://eu.tsp.example/v2": "a",
		"https://evil.example":                  "evil.example#a",
		"https://Evil.example:443/b/":           "evil.example/b#a",
		"https://evil.example:444":              "evil.example:444#a",
		"http://api.tsp.example":                "api.tsp.example#a",
		"https://api.tsp.example:8443":          "api.tsp.example:8443#a",
		"https://api.tsp.example.":              "api.tsp.example.#a",
		"https://api.tsp.example@evil.example":  "evil.example#a",
		"https://api.tsp.example.evil.example":  "api.tsp.example.evil.example#a",
		`https://evil.example\@api.tsp.example`: `https://evil.example\@api.tsp.example#a`,
		"evil.example":                          "evil.example#a",
	} {
		if got := keyAt(t, spec, "", address); got != want {
			t.Errorf("at %q the account is %q, want %q", address, got, want)
		}
		if got := keyAt(t, spec, "http://127.0.0.1:9", address); got != "a" {
			t.Errorf("where the operator's base URL stands for %q, the account is %q", address, got)
		}
	}
}

func TestAServerThatIsTheAccountKeepsItsKey(t *testing.T) {
	t.Parallel()
	if got := keyAt(t, tsp.Spec{}, "", "https://a"); got != "a" {
		t.Errorf("the key of the server a that it gives itself became %q", got)
	}
	if got := keyAt(t, tsp.Spec{}, "", "https://b"); got != "b#a" {
		t.Errorf("the key that the server b takes of another became %q", got)
	}
}

func TestASecretHostIsNotToldByAKey(t *testing.T) {
	t.Parallel()
	spec := tsp.Spec{Name: "traccar", Credentials: []tsp.CredentialKind{tsp.CredentialKindOf("isaac")}}
	r, err := tsp.NewRegistry([]tsp.Adapter{plain{spec, func(context.Context) error { return nil }}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	at := func(host string) string {
		return r.AccountAt("traccar", tsp.Credentials{Kind: "isaac", Fields: map[string]string{"host": host}}, "a")
	}
	one, other := at("hush.example"), at("other.example")
	if one == other || one == "a" || strings.Contains(one, "hush") || one != r.AccountAt("traccar", tsp.Credentials{Kind: "isaac", Fields: map[string]string{"host": "HUSH.example/"}}, one) {
		t.Errorf("the keys are %q and %q", one, other)
	}
}

// gated is an adapter whose sign-in waits for the test.
type gated struct {
	plain
	sign func() error
}

func (g gated) Connect(context.Context, tsp.Access) (tsp.Session, error) { return g, g.sign() }

// counting returns a caller over an adapter of which connects counts the sign-ins.
func counting(t *testing.T, check func(context.Context) error, sign func() error) (check1 func() *tsp.Error, c *tsp.Caller, id uuid.UUID) {
	t.Helper()
	r, err := tsp.NewRegistry([]tsp.Adapter{gated{plain{tsp.Spec{Name: "traccar"}, check}, sign}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, id = tsp.NewCaller(r, http.DefaultClient, time.Minute, slog.New(slog.DiscardHandler)), uuid.New()
	target := tsp.Target{Connection: id, TSP: "traccar", Credentials: func(context.Context) (tsp.Credentials, error) { return tsp.Credentials{}, nil }}
	return func() *tsp.Error { _, end := c.Check(context.WithoutCancel(t.Context()), target, nil); return end }, c, id
}

func TestALateRefusalOfAnOldSessionLeavesTheNewOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		signed, calls := 0, 0
		check, c, id := counting(t, func(context.Context) error {
			if calls++; calls == 1 {
				time.Sleep(10 * time.Second)
				return &tsp.Error{Class: tsp.Unauthorized, Message: "an old session"}
			}
			return nil
		}, func() error { signed++; return nil })
		go check()
		synctest.Wait()
		c.Forget(id)
		check()
		time.Sleep(20 * time.Second)
		if check(); signed != 2 {
			t.Errorf("it signed in %d times, want 2: the refusal spoke of the session before", signed)
		}
	})
}

func TestASessionThatIsForgottenWhileItIsMadeIsNotKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		signed := 0
		check, c, id := counting(t, func(context.Context) error { return nil }, func() error {
			signed++
			time.Sleep(10 * time.Second)
			return nil
		})
		go check()
		synctest.Wait()
		c.Forget(id)
		time.Sleep(20 * time.Second)
		if check(); signed != 2 {
			t.Errorf("it signed in %d times, want 2: the first session was of secrets that are erased", signed)
		}
	})
}
