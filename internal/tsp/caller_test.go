package tsp_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// plain is an adapter whose check does what it is told.
type plain struct {
	spec  tsp.Spec
	check func(ctx context.Context) error
}

func (p plain) Spec() tsp.Spec { return p.spec }

func (p plain) Connect(context.Context, tsp.Access) (tsp.Session, error) { return p, nil }

func (p plain) Check(ctx context.Context, _ tsp.Pacer) (tsp.Account, error) {
	return tsp.Account{Key: "a"}, p.check(ctx)
}

func (p plain) Write(context.Context, tsp.Write) (tsp.Written, error) { return tsp.Written{}, nil }

func (p plain) List(context.Context, tsp.List) (tsp.Page, error) { return tsp.Page{}, nil }

// checked asks for a check through a caller whose calls may take half a minute.
func checked(t *testing.T, p plain) *tsp.Error {
	t.Helper()
	p.spec.Name = "traccar"
	r, err := tsp.NewRegistry([]tsp.Adapter{p}, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := tsp.NewCaller(r, http.DefaultClient, 30*time.Second, slog.New(slog.DiscardHandler))
	_, end := c.Check(t.Context(), tsp.Target{Connection: uuid.New(), TSP: "traccar",
		Credentials: func(context.Context) (tsp.Credentials, error) { return tsp.Credentials{}, nil }}, nil)
	return end
}

func TestAFailureIsNeverTakenForASuccess(t *testing.T) {
	t.Parallel()
	for _, class := range []tsp.Class{tsp.Done, ""} {
		end := checked(t, plain{check: func(context.Context) error {
			return &tsp.Error{Class: class, Message: "no change", Status: 400}
		}})
		if end == nil || end.Class != tsp.Broken || end.Status != 400 {
			t.Errorf("an error of class %q ends as %v", class, end)
		}
	}
}

// panicky is an adapter that panics at its first sign-in and its first exchange.
type panicky struct {
	plain
	connects, exchanges *int
}

func (p panicky) Connect(context.Context, tsp.Access) (tsp.Session, error) {
	if *p.connects++; *p.connects == 1 {
		panic("no session")
	}
	return p, nil
}

func (p panicky) Exchange(_ context.Context, a tsp.Access) (tsp.Credentials, error) {
	if *p.exchanges++; *p.exchanges == 1 {
		panic("no code")
	}
	return a.Credentials, nil
}

func TestAPanicIsTheEndOfItsCallAlone(t *testing.T) {
	t.Parallel()
	p := panicky{plain{tsp.Spec{Name: "traccar"}, func(context.Context) error { return nil }}, new(int), new(int)}
	r, err := tsp.NewRegistry([]tsp.Adapter{p}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	c := tsp.NewCaller(r, http.DefaultClient, 30*time.Second, slog.New(slog.NewTextHandler(&log, nil)))
	target := tsp.Target{Connection: uuid.New(), TSP: "traccar",
		Credentials: func(context.Context) (tsp.Credentials, error) { return tsp.Credentials{}, nil }}
	for n, want := range []tsp.Class{tsp.Broken, ""} {
		_, checked := c.Check(t.Context(), target, nil)
		_, exchanged := c.Exchange(t.Context(), target, tsp.Credentials{}, nil)
		for what, end := range map[string]*tsp.Error{"signing in": checked, "an exchange": exchanged} {
			if want == "" && end != nil || want != "" && (end == nil || end.Class != want) {
				t.Errorf("%s, time %d: %v", what, n+1, end)
			}
		}
	}
	if text := log.String(); !strings.Contains(text, "no session") || !strings.Contains(text, "no code") || !strings.Contains(text, "caller_test.go") {
		t.Errorf("the log says %s", text)
	}
}

func TestWhyATSPGaveNoAnswerIsLogged(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	p := plain{tsp.Spec{Name: "traccar"}, func(context.Context) error {
		return &tsp.Error{Class: tsp.Unavailable, Message: "could not be reached", Err: errors.New("lookup a.example: no such host")}
	}}
	r, err := tsp.NewRegistry([]tsp.Adapter{p}, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := tsp.NewCaller(r, http.DefaultClient, time.Second, slog.New(slog.NewTextHandler(&log, nil)))
	if _, end := c.Check(t.Context(), tsp.Target{TSP: "traccar", Credentials: func(context.Context) (tsp.Credentials, error) { return tsp.Credentials{}, nil }}, nil); end == nil {
		t.Error("it was reached")
	}
	if !strings.Contains(log.String(), "no such host") || !strings.Contains(log.String(), "level=WARN") {
		t.Errorf("the log says %s", log.String())
	}
}

func TestATSPThatIsSlowIsWaitedForAsLongAsItsSpecSays(t *testing.T) {
	t.Parallel()
	for patience, want := range map[time.Duration]time.Duration{0: 30 * time.Second, time.Second: 30 * time.Second, 8 * time.Minute: 8 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			_ = checked(t, plain{spec: tsp.Spec{Patience: patience}, check: func(ctx context.Context) error {
				<-ctx.Done()
				return &tsp.Error{Class: tsp.Unavailable, Message: "no answer"}
			}})
			if waited := time.Since(begun); waited != want {
				t.Errorf("with a patience of %v, a call may take %v, want %v", patience, waited, want)
			}
		})
	}
}
