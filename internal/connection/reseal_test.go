package connection_test

import (
	"bytes"
	"testing"

	"github.com/waybill-dev/waybill/internal/connection"
)

func TestACredentialThatDoesNotOpenKeepsNoOtherFromBeingSealedAnew(t *testing.T) {
	t.Parallel()
	for _, spoilt := range []int{0, 1} {
		s := newStand(t)
		all := []connection.Connection{s.before("account-1", ""), s.before("account-2", "")}
		bad, good := all[spoilt], all[1-spoilt]
		if err := s.db.SaveCredentials(t.Context(), bad.ID, bad.Version, []byte("spoilt")); err != nil {
			t.Fatal(err)
		}
		done, unopened, err := s.service.Reseal(t.Context(), func([]byte) bool { return true })
		if done != 1 || unopened[bad.ID] == nil || len(unopened) != 1 || err != nil {
			t.Errorf("%d were sealed anew, unopened %v, %v", done, unopened, err)
		}
		if got := s.stored(bad.ID).Sealed; string(got) != "spoilt" {
			t.Errorf("what does not open became %q", got)
		}
		if bytes.Equal(s.stored(good.ID).Sealed, good.Sealed) || s.secret(good.ID).Get("token") != "good-old" {
			t.Error("the other was not sealed anew")
		}
	}
}
