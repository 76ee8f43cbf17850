package operator_test

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/operator"
	"github.com/waybill-dev/waybill/internal/store/storetest"
)

// house is a desk and a door over one database, at a time that tests move.
type house struct {
	*operator.Desk
	*operator.Door
	mu sync.Mutex
	at time.Time
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{at: time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)}
	db := storetest.Fresh(t, h.now)
	h.Desk = operator.NewDesk(db, h.now)
	h.Door = operator.NewDoor(operator.DoorConfig{Kept: db, Life: 12 * time.Hour, Idle: time.Hour, Now: h.now,
		Log: slog.New(slog.DiscardHandler)})
	return h
}

func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

func (h *house) later(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

// hire makes an operator and returns his code.
func (h *house) hire(t *testing.T, email string, role operator.Role) string {
	t.Helper()
	_, code, _, err := h.Create(t.Context(), operator.Order{Email: email, Name: "Ada Lind", Role: role})
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// in is a session by a code.
func (h *house) in(t *testing.T, code string) string {
	t.Helper()
	secret, _, err := h.SignIn(t.Context(), code)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func TestACodeIsReadHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for i, typed := range []func(string) string{
		func(s string) string { return s }, strings.ToLower, strings.ToUpper,
		func(s string) string { return " " + strings.ReplaceAll(s, "-", " ") + "\n" },
		func(s string) string { return strings.ReplaceAll(s, "-", "") },
		func(s string) string { return strings.TrimPrefix(s, "wb-") },
	} {
		code := h.hire(t, fmt.Sprintf("a%d@x.example", i), operator.Viewer)
		if _, _, err := h.SignIn(t.Context(), typed(code)); err != nil {
			t.Errorf("%q: %v", typed(code), err)
		}
	}
	for _, text := range []string{"", "wb-", "wb-AAAA-AAAA-AAAA-AAAA", strings.Repeat("A", 1<<16), "wb-🚚🚚🚚🚚"} {
		if _, _, err := h.SignIn(t.Context(), text); !errors.Is(err, operator.ErrNoCode) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

func TestACodeOpensOnceAndUntilItsEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	code := h.hire(t, "a@x.example", operator.Viewer)
	h.in(t, code)
	if _, _, err := h.SignIn(t.Context(), code); !errors.Is(err, operator.ErrNoCode) {
		t.Errorf("used twice: %v", err)
	}
	_, late, _, err := h.Link(t.Context(), "A@X.example")
	if err != nil {
		t.Fatal(err)
	}
	h.later(15 * time.Minute)
	if _, _, err := h.SignIn(t.Context(), late); !errors.Is(err, operator.ErrNoCode) {
		t.Errorf("used at its end: %v", err)
	}
}

func TestASessionEndsByItselfAndByBeingLeftAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	secret := h.in(t, h.hire(t, "a@x.example", operator.Viewer))
	for range 13 {
		h.later(55 * time.Minute)
		if _, err := h.Session(t.Context(), secret); err != nil {
			t.Fatalf("%s: %v", h.now(), err)
		}
	}
	h.later(5 * time.Minute)
	if _, err := h.Session(t.Context(), secret); !errors.Is(err, operator.ErrNoSession) {
		t.Errorf("after twelve hours: %v", err)
	}
	_, code, _, err := h.Link(t.Context(), "a@x.example")
	if err != nil {
		t.Fatal(err)
	}
	secret = h.in(t, code)
	h.later(time.Hour)
	if _, err := h.Session(t.Context(), secret); !errors.Is(err, operator.ErrNoSession) {
		t.Errorf("after an hour alone: %v", err)
	}
	h.later(-30 * time.Minute)
	if _, err := h.Session(t.Context(), secret); !errors.Is(err, operator.ErrNoSession) {
		t.Errorf("one that was over goes on: %v", err)
	}
}

func TestASessionEndsWithSigningOutAndIsItsBrowsersAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	one := h.in(t, h.hire(t, "a@x.example", operator.Viewer))
	_, code, _, err := h.Link(t.Context(), "a@x.example")
	if err != nil {
		t.Fatal(err)
	}
	two := h.in(t, code)
	for range 2 {
		if err := h.SignOut(t.Context(), one); err != nil {
			t.Error(err)
		}
	}
	if _, err := h.Session(t.Context(), one); !errors.Is(err, operator.ErrNoSession) {
		t.Errorf("signed out: %v", err)
	}
	if _, err := h.Session(t.Context(), two); err != nil {
		t.Errorf("at another browser: %v", err)
	}
	for _, secret := range []string{"", "x", code} {
		if _, err := h.Session(t.Context(), secret); !errors.Is(err, operator.ErrNoSession) {
			t.Errorf("%q: %v", secret, err)
		}
	}
}

func TestWhoIsDisabledIsOutAtOnceAndStaysOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	secret := h.in(t, h.hire(t, "a@x.example", operator.Admin))
	_, code, _, err := h.Link(t.Context(), "a@x.example")
	if err == nil {
		_, err = h.Disable(t.Context(), "a@x.example", true)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := h.Link(t.Context(), "a@x.example"); err == nil || !strings.Contains(err.Error(), "operator enable") {
		t.Errorf("a code for who is disabled: %v", err)
	}
	if _, err := h.Enable(t.Context(), "a@x.example"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Session(t.Context(), secret); !errors.Is(err, operator.ErrNoSession) {
		t.Errorf("the session of before: %v", err)
	}
	if _, _, err := h.SignIn(t.Context(), code); !errors.Is(err, operator.ErrNoCode) {
		t.Errorf("the code of before: %v", err)
	}
}
