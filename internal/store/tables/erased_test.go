package tables_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/store/tables"
)

func TestErasedSecretsAreNotInTheFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.db")
	db, err := tables.OpenFile(t.Context(), path, time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, fleet, now := context.WithoutCancel(t.Context()), uuid.New(), time.Now()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(db.InsertClient(ctx, access.Client{ID: "c", Secrets: []access.Secret{access.NewSecret("x", now)}, Fleet: access.Fleet{ID: fleet, Name: "f"}}))
	c := connection.Connection{ID: uuid.New(), Fleet: fleet, TSP: "samsara", Account: "a", Status: connection.Active, Sealed: []byte("SEALED-OF-A-CONNECTION"),
		Version: 1, CreatedAt: now, UpdatedAt: now}
	check(db.InsertConnection(ctx, connection.Change{To: c}))
	check(db.SaveDraft(ctx, connection.Draft{ID: uuid.New(), Purpose: connection.Exchanged, Fleet: fleet, TSP: "samsara", Connection: c.ID,
		Sealed: []byte("SEALED-OF-A-DRAFT"), EndsAt: now.Add(time.Hour)}))
	gone := connection.Change{From: c, To: c, Reseal: true}
	gone.To.Status, gone.To.Sealed, gone.To.UpdatedAt = connection.Deleted, []byte{}, now.Add(time.Second)
	check(db.ChangeConnection(ctx, gone))
	check(db.Close())
	left, err := os.ReadFile(path)
	check(err)
	for _, secret := range []string{"SEALED-OF-A-CONNECTION", "SEALED-OF-A-DRAFT"} {
		if bytes.Contains(left, []byte(secret)) {
			t.Errorf("%s is in the file that the secrets were erased from", secret)
		}
	}
}
