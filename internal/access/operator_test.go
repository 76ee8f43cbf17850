package access_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/store/sqlite/sqlitetest"
)

// desk is an operator over a database of its own, in which there is a client "tms" of the partner "My
// TMS" and a client "acme" of the fleet "Acme".
type desk struct {
	*access.Operator
	db store.Store
	t  *testing.T
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	db, err := store.Open(t.Context(), sqlitetest.Migrated(t), store.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	d := &desk{access.NewOperator(db, time.Now), db, t}
	d.must(d.CreateClient(t.Context(), access.ClientOrder{ID: "tms", Owner: "My TMS"}))
	d.must(d.CreateFleetClient(t.Context(), access.ClientOrder{ID: "acme", Owner: "Acme"}))
	return d
}

func (d *desk) must(secret string, err error) string {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
	return secret
}

func (d *desk) client(id string) access.Client {
	d.t.Helper()
	c, err := d.Client(d.t.Context(), id)
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

// founded makes a fleet as a partner's connection does: by its reference, and with everything
// granted.
func (d *desk) founded(client, ref string) uuid.UUID {
	d.t.Helper()
	id := uuid.New()
	err := d.db.InsertFleet(d.t.Context(), access.Fleet{ID: id, Name: ref, NamedBy: access.ByPartner},
		access.Everything(d.client(client).Partner.ID, id, ref, time.Now().UTC()))
	if err != nil {
		d.t.Fatal(err)
	}
	return id
}

// refuses checks that an operator is told why.
func refuses(t *testing.T, what string, err error, says ...string) {
	t.Helper()
	for _, part := range says {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%s: %v; want %q", what, err, part)
		}
	}
}

func TestAClientGetsASecretOfWhichAHashIsKept(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	secret := d.must(d.CreateClient(t.Context(),
		access.ClientOrder{ID: "second", Owner: "My TMS", Scopes: []string{"telematics:read"}}))
	c := d.client("second")
	if _, ok := c.Proven(secret, time.Now()); !ok || len(c.Secrets) != 1 || len(secret) < 40 {
		t.Errorf("the secret %q is kept as %v", secret, c.Secrets)
	}
	if diff := cmp.Diff([]string{"telematics:read"}, c.Scopes); diff != "" || c.Partner.ID != d.client("tms").Partner.ID {
		t.Errorf("scopes (-want +got):\n%s", diff)
	}
	if got := d.client("acme").Scopes; slices.ContainsFunc(got, access.PartnersOnly) || len(got) == 0 {
		t.Errorf("a fleet's client has %v", got)
	}
}

func TestAnOperatorIsToldWhyAClientIsNotMade(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx := t.Context()
	before := d.client("tms")
	_, err := d.CreateClient(ctx, access.ClientOrder{ID: "x", Owner: "X", Scopes: []string{"all"}})
	refuses(t, "a scope that does not exist", err, "telematics:write")
	_, err = d.CreateFleetClient(ctx, access.ClientOrder{ID: "x", Owner: "Acme", Scopes: []string{"webhook:read"}})
	refuses(t, "a partner's scope for a fleet", err, `"webhook:read" is no scope of a fleet`)
	for _, partner := range []string{"My TMS", "Another"} {
		_, err = d.CreateClient(ctx, access.ClientOrder{ID: "tms", Owner: partner})
		refuses(t, "a client that is there", err, "of the partner My TMS", "waybill client rotate tms", "client delete tms")
	}
	_, err = d.CreateFleetClient(ctx, access.ClientOrder{ID: "tms", Owner: "Acme"})
	refuses(t, "a partner's client for a fleet", err, "of the partner My TMS")
	_, err = d.CreateFleetClient(ctx, access.ClientOrder{ID: "x", Owner: " "})
	refuses(t, "no name", err, "the fleet's name is empty")
	_, err = d.CreateFleetClient(ctx, access.ClientOrder{ID: "x", Owner: uuid.NewString()})
	refuses(t, "an id of no fleet", err, "waybill fleet list")
	if diff := cmp.Diff(before, d.client("tms")); diff != "" {
		t.Errorf("the client was changed (-want +got):\n%s", diff)
	}
}

func TestAFleetThatAPartnerNamedIsNotTakenForTheOneThatAnOperatorMeans(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx := t.Context()
	d.must(d.CreateClient(ctx, access.ClientOrder{ID: "bad", Owner: "Bad TMS"}))
	bad := d.founded("bad", "Acme Freight")
	_, err := d.CreateFleetClient(ctx, access.ClientOrder{ID: "freight", Owner: "Acme Freight"})
	refuses(t, "a fleet of a partner's making", err, bad.String(), `Bad TMS as "Acme Freight"`, "named by a partner",
		"waybill fleet create")
	_, err = d.SetGrant(ctx,
		access.GrantOrder{Partner: "My TMS", Fleet: "Acme Freight", Levels: map[string]string{"all": "read"}})
	refuses(t, "a grant of it to another partner", err, bad.String())
	// A fleet of another name counts under its own, whatever partners call it.
	other := d.founded("bad", "fleet-9")
	d.must(d.CreateFleetClient(ctx, access.ClientOrder{ID: "nine", Owner: "Nine Lines"}))
	_, err = d.CreateFleetClient(ctx, access.ClientOrder{ID: "x", Owner: "fleet-9"})
	refuses(t, "a reference", err, other.String())
	// Who says which one gets it.
	d.must(d.CreateFleetClient(ctx, access.ClientOrder{ID: "freight", Owner: bad.String()}))
	if got := d.client("freight").Fleet.ID; got != bad {
		t.Errorf("the client is of %s", got)
	}
	made, err := d.CreateFleet(ctx, "Acme Freight", "", "")
	if err != nil || made.ID == bad || len(made.Near) == 0 || made.Near[0].ID != bad {
		t.Errorf("%+v, %v", made, err)
	}
	d.must(d.CreateFleetClient(ctx, access.ClientOrder{ID: "own", Owner: made.ID.String()}))
}

func TestAFleetThatIsNotThereCannotBeDeleted(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	err := d.DeleteFleet(t.Context(), uuid.New(),
		func(context.Context, access.Principal) error { return errors.New("asked") })
	refuses(t, "no fleet", err, "waybill fleet list")
}

func TestAStrictClientIsStrictFromItsMakingOn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.must(d.CreateClient(t.Context(), access.ClientOrder{ID: "strict", Owner: "My TMS", Strict: true}))
	d.must(d.CreateFleetClient(t.Context(), access.ClientOrder{ID: "strict-fleet", Owner: "Acme", Strict: true}))
	for id, want := range map[string]bool{"strict": true, "strict-fleet": true, "tms": false, "acme": false} {
		c := d.client(id)
		if c.Strict != want || !c.UpdatedAt.Equal(c.CreatedAt) {
			t.Errorf("%s is strict: %v, changed at %v, made at %v", id, c.Strict, c.UpdatedAt, c.CreatedAt)
		}
	}
}

func TestTheNameAndTheReferencesOfAFleetThatWasDeletedAreFreeAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for range 2 {
		made, err := d.CreateFleet(t.Context(), "Gone", "My TMS", "x1")
		if err != nil {
			t.Fatal(err)
		}
		if err := d.DeleteFleet(t.Context(), made.ID, func(context.Context, access.Principal) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	d.must(d.CreateFleetClient(t.Context(), access.ClientOrder{ID: "gone", Owner: "Gone"}))
}
