package operator_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/operator"
)

func TestWhoIsDeletedIsSignedOutAndWhoWouldBeMissedStays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada := h.in(t, h.hire(t, "ada@x.example", operator.Admin))
	refused := func(name, says string) {
		t.Helper()
		if _, err := h.Delete(t.Context(), name, false); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("deleting %s: %v, want %s", name, err, says)
		}
	}
	viewer := operator.Viewer
	for says, does := range map[string]func(sure bool) error{
		"disable": func(sure bool) error { _, err := h.Disable(t.Context(), "ada@x.example", sure); return err },
		"set": func(sure bool) error {
			_, err := h.Set(t.Context(), "ada@x.example", operator.Change{Role: &viewer, Sure: sure})
			return err
		},
	} {
		if err := does(false); err == nil || !strings.Contains(err.Error(), "nothing was changed: ada@x.example is the last admin") {
			t.Errorf("%s: %v", says, err)
		}
	}
	if o, err := h.Named(t.Context(), "ada@x.example"); err != nil || o.Disabled || o.Role != operator.Admin {
		t.Errorf("who is missed became %v, %v", o, err)
	}
	refused("nobody@x.example", "operator list")
	refused("ada@x.example", "last admin")
	h.hire(t, "bo@x.example", operator.Admin)
	if _, err := h.Disable(t.Context(), "bo@x.example", true); err != nil {
		t.Fatal(err)
	}
	refused("ada@x.example", "last admin")
	if _, err := h.Session(t.Context(), ada); err != nil {
		t.Errorf("who was not deleted is signed out: %v", err)
	}
	if _, err := h.Enable(t.Context(), "bo@x.example"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Delete(t.Context(), "ada@x.example", false); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Session(t.Context(), ada); !errors.Is(err, operator.ErrNoSession) {
		t.Errorf("who was deleted is signed in: %v", err)
	}
	p := operator.Person{Issuer: "https://i.example", Subject: "1", Email: "cy@x.example", Role: operator.Viewer}
	if _, _, err := h.Meet(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Disable(t.Context(), "cy@x.example", true); err != nil {
		t.Fatal(err)
	}
	refused("cy@x.example", "issuer would let them in again")
	if _, err := h.Delete(t.Context(), "cy@x.example", true); err != nil {
		t.Error(err)
	}
	if _, _, err := h.Meet(t.Context(), p); err != nil {
		t.Errorf("whom the issuer lets in after he was deleted: %v", err)
	}
}
