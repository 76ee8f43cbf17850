package tsp_test

import (
	"context"
	"log/slog"
	"net/http"
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
