package app

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/seal"
	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// newKeyset is one as an earlier build has made it with the key of began.
func newKeyset(t *testing.T) ([]byte, *seal.Sealer) {
	t.Helper()
	key, err := seal.ParseKey("Jy3Yq0lgc7Wn8t1J5NAEo0vXIu2Wp1r8Z94l6bS0mYg=")
	if err != nil {
		t.Fatal(err)
	}
	by, err := key.Wrapper()
	if err != nil {
		t.Fatal(err)
	}
	wrapped, err := seal.NewKeyset(by)
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := seal.Open(by, wrapped)
	if err != nil {
		t.Fatal(err)
	}
	return wrapped, sealer
}

func TestCommandsBesideAServiceSealNothingThatItCannotOpen(t *testing.T) {
	t.Parallel()
	a := began(t)
	if _, _, err := a.keptSigning(t.Context(), a.keys.sealer); err != nil {
		t.Fatal(err)
	}
	if err := RotateKey(t.Context(), a.config); err != nil {
		t.Fatal(err)
	}
	if _, err := RotateSigning(t.Context(), a.config, false); err != nil {
		t.Fatal(err)
	}
	if _, _, err := VerifyAudit(t.Context(), a.config); err != nil {
		t.Errorf("verified: %v", err)
	}
	for _, name := range []string{metaHead, metaDerive, metaSigning} {
		sealed, err := a.db.Meta(t.Context(), name)
		if err == nil {
			_, err = a.keys.sealer.Open(sealed, []byte(name))
		}
		if err != nil {
			t.Errorf("the service does not open the %s any more: %v", name, err)
		}
	}
	if err := a.sealHead(t.Context(), a.keys.sealer); err != nil {
		t.Errorf("the service cannot go on sealing: %v", err)
	}
}

func TestACommandMakesNoKeys(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.Key, c.DatabaseURL = began(t).config.Key, filepath.Join(t.TempDir(), "w.db")
	if err := Migrate(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if _, err := RotateSigning(t.Context(), c, false); err == nil || !strings.Contains(err.Error(), "nothing to rotate") {
		t.Error(err)
	}
	if err := RotateKey(t.Context(), c); err == nil || !strings.Contains(err.Error(), "nothing to rotate") {
		t.Error(err)
	}
}

func TestADatabaseThatHasLostItsDerivationKeyIsNotGivenAnother(t *testing.T) {
	t.Parallel()
	a := began(t)
	a.forge(t, `DELETE FROM meta WHERE name = 'derivation-key'`)
	if _, err := a.secrets(t.Context()); err == nil || !strings.Contains(err.Error(), "docs/backup.md") {
		t.Error(err)
	}
	if kept, err := a.db.Meta(t.Context(), metaDerive); err != nil || kept != nil {
		t.Errorf("another was made: %v", err)
	}
}

func TestADatabaseThatHasLostAllThatIsKeptBesideItsTablesIsToldOfItsKeyset(t *testing.T) {
	t.Parallel()
	for name, seals := range map[string]bool{"as it is": false, "sealed at rest": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := began(t)
			atRest, err := a.keys.sealer.AtRest([]byte("seed"), seals)
			if err != nil {
				t.Fatal(err)
			}
			sealing := func(context.Context, store.Store) (store.Sealing, error) { return atRest, nil }
			a.reopened(t, store.Options{Now: time.Now, Sealing: sealing})
			sub := webhook.Subscription{ID: uuid.New(), Partner: uuid.New(), URL: "https://hooks.example/",
				EventName: "connection.created", Sealed: []byte("sealed"), Status: webhook.Active, CreatedAt: time.Now(),
				UpdatedAt: time.Now()}
			if err := a.db.InsertSubscriptions(t.Context(), []webhook.Subscription{sub}, 9); err != nil {
				t.Fatal(err)
			}
			a.reopened(t, store.Options{Now: time.Now})
			a.forge(t, `DELETE FROM meta`)
			if _, err := a.secrets(t.Context()); !errors.Is(err, errKeysetGone) {
				t.Error(err)
			}
		})
	}
}

func TestADatabaseThatHasLostItsKeysetIsNotGivenAnother(t *testing.T) {
	t.Parallel()
	a := began(t)
	a.forge(t, `DELETE FROM meta WHERE name = 'keyset'`)
	for range 2 {
		if _, err := a.secrets(t.Context()); err == nil || !strings.Contains(err.Error(), "docs/backup.md") {
			t.Error(err)
		}
		if kept, err := a.db.Meta(t.Context(), metaKeyset); err != nil || kept != nil {
			t.Errorf("a keyset was made: %v", err)
		}
	}
	if _, _, err := VerifyAudit(t.Context(), a.config); err == nil || !strings.Contains(err.Error(), "docs/backup.md") {
		t.Errorf("verified: %v", err)
	}
}
