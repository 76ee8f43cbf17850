package connection_test

import (
	"strings"
	"testing"
)

func TestCredentialsThatDoNotOpenKeepNoOthersFromBeingSealedAnew(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	bad, fine := s.create(good), s.create(good)
	broken := s.stored(bad.ID)
	if err := s.db.SaveCredentials(t.Context(), broken.ID, broken.Version, []byte("garbage")); err != nil {
		t.Fatal(err)
	}
	before := s.stored(fine.ID).Sealed
	n, err := s.service.Reseal(t.Context(), func([]byte) bool { return true })
	if n != 1 || err == nil || !strings.Contains(err.Error(), bad.ID.String()) || strings.Contains(err.Error(), fine.ID.String()) {
		t.Errorf("%d were sealed anew: %v", n, err)
	}
	if after := s.stored(fine.ID).Sealed; string(after) == string(before) || s.secret(fine.ID).Get("token") != "good-token" {
		t.Error("the other one was not sealed anew")
	}
}
