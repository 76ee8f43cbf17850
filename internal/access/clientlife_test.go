package access_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAnOldSecretWorksForTheOverlapAndNotWithoutOne(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx := t.Context()
	first := d.must(d.RotateSecret(ctx, "tms", 0))
	second := d.must(d.RotateSecret(ctx, "tms", time.Hour))
	works := func(secret string, in time.Duration) bool {
		_, ok := d.client("tms").Proven(secret, time.Now().Add(in))
		return ok
	}
	if !works(first, 59*time.Minute) || works(first, time.Hour) || !works(second, 1000*time.Hour) {
		t.Errorf("the old one works: %v, and later: %v", works(first, 59*time.Minute), works(first, time.Hour))
	}
	third := d.must(d.RotateSecret(ctx, "tms", 48*time.Hour))
	if works(first, time.Hour) || !works(second, 47*time.Hour) || works(second, 49*time.Hour) || !works(third, 0) {
		t.Error("a later rotation gave an old secret more time")
	}
	d.must(d.RotateSecret(ctx, "tms", 0))
	if works(first, 0) || works(second, 0) || works(third, 0) || len(d.client("tms").Secrets) != 1 {
		t.Error("a rotation without overlap left an old secret")
	}
}

func TestOneSecretIsRevokedAndTheOthersStay(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx := t.Context()
	old := d.client("tms").Secrets[0].ID
	next := d.must(d.RotateSecret(ctx, "tms", time.Hour))
	if _, err := d.RevokeSecret(ctx, "tms", old); err != nil {
		t.Fatal(err)
	}
	c := d.client("tms")
	if _, ok := c.Proven(next, time.Now()); !ok || len(c.Secrets) != 1 {
		t.Errorf("%v", c.Secrets)
	}
	_, err := d.RevokeSecret(ctx, "tms", old)
	refuses(t, "one that is gone", err, "waybill client show tms")
}

func TestSecretsThatWorkAtOnceAreBounded(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var err error
	for range 5 {
		_, err = d.RotateSecret(t.Context(), "tms", time.Hour)
	}
	refuses(t, "a sixth", err, "waybill client revoke tms")
}

func TestAClientIsDisabledEnabledAndDeleted(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx := t.Context()
	before := d.client("tms").Generation
	if c, err := d.EnableClient(ctx, "tms", false); err != nil || !c.Disabled || c.Generation == before {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err := d.EnableClient(ctx, "tms", true); err != nil || c.Disabled {
		t.Errorf("%+v, %v", c, err)
	}
	if err := d.DeleteClient(ctx, "tms"); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{"deleting again": d.DeleteClient(ctx, "tms"),
		"ending tokens": second(d.EndTokens(ctx, "tms")), "other scopes": second(d.SetScopes(ctx, "tms", nil))} {
		refuses(t, what, err, "there is no client tms", "waybill client list")
	}
}

func second[T any](_ T, err error) error { return err }

func TestScopesAreThoseOfTheOwner(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c, err := d.SetScopes(t.Context(), "tms", []string{"webhook:read", "fleet:read", "webhook:read"})
	if diff := cmp.Diff([]string{"fleet:read", "webhook:read"}, c.Scopes); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	_, err = d.SetScopes(t.Context(), "acme", []string{"webhook:read"})
	refuses(t, "a partner's scope for a fleet", err, "no scope of a fleet")
}
