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
	refused("nobody@x.example", "operator list")
	refused("ada@x.example", "last admin")
	h.hire(t, "bo@x.example", operator.Admin)
	if _, err := h.Enable(t.Context(), "bo@x.example", false); err != nil {
		t.Fatal(err)
	}
	refused("ada@x.example", "last admin")
	if _, err := h.Session(t.Context(), ada); err != nil {
		t.Errorf("who was not deleted is signed out: %v", err)
	}
	if _, err := h.Enable(t.Context(), "bo@x.example", true); err != nil {
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
	if _, err := h.Enable(t.Context(), "cy@x.example", false); err != nil {
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
