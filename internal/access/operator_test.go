package access

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
)

// office is a store of clients, fleets and grants in memory.
type office struct {
	clients map[string]Client
	fleets  []Fleet
	grants  []Grant
	taken   string // a reference by which partners know other fleets
}

func (o *office) Client(_ context.Context, id string) (Client, error) {
	if c, ok := o.clients[id]; ok {
		return c, nil
	}
	return Client{}, ErrNotFound
}

func (o *office) SaveClient(_ context.Context, c Client) error {
	o.clients[c.ID] = c
	if c.Fleet.ID != uuid.Nil && !slices.ContainsFunc(o.fleets, func(f Fleet) bool { return f.ID == c.Fleet.ID }) {
		o.fleets = append(o.fleets, c.Fleet)
	}
	return nil
}

func (o *office) Partners(_ context.Context, name string) (found []Partner, _ error) {
	for _, c := range o.clients {
		if c.Partner.Name == name {
			return []Partner{c.Partner}, nil
		}
	}
	return nil, nil
}

func (o *office) FleetsNamed(_ context.Context, name string) (found []Fleet, _ error) {
	for _, f := range o.fleets {
		if f.Name == name {
			found = append(found, f)
		}
	}
	return found, nil
}

func (o *office) Fleets(_ context.Context, q FleetQuery) (found []KnownFleet, _ int, _ error) {
	for _, f := range o.fleets {
		if f.ID == q.Self {
			found = append(found, KnownFleet{Fleet: f})
		}
	}
	return found, len(found), nil
}

func (o *office) Grant(_ context.Context, partner, fleet uuid.UUID) (Grant, error) {
	for _, g := range slices.Backward(o.grants) {
		if g.Partner == partner && g.Fleet == fleet {
			return g, nil
		}
	}
	return Grant{}, ErrNotFound
}

func (o *office) SaveGrant(_ context.Context, g Grant, _ Fleet) error {
	if g.FleetRef == o.taken && o.taken != "" {
		return ErrRefTaken
	}
	o.grants = append(slices.DeleteFunc(o.grants, func(one Grant) bool { return one.ID == g.ID }), g)
	return nil
}

func (o *office) Agreement(_ context.Context, id uuid.UUID) (Grant, error) {
	return o.grants[slices.IndexFunc(o.grants, func(g Grant) bool { return g.ID == id })], nil
}

func newOffice(t *testing.T) (*office, *Operator) {
	t.Helper()
	o := &office{clients: map[string]Client{}, fleets: []Fleet{{ID: uuid.UUID{1}, Name: "Twins"}, {ID: uuid.UUID{2}, Name: "Twins"}}}
	operator := NewOperator(o, o, time.Now)
	if _, err := operator.CreateClient(t.Context(), "tms", "My TMS", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := operator.CreateFleetClient(t.Context(), "acme", "Acme", nil); err != nil {
		t.Fatal(err)
	}
	return o, operator
}

// refuses checks that an operator is told why.
func refuses(t *testing.T, what string, err error, says string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), says) {
		t.Errorf("%s: %v; want %q", what, err, says)
	}
}

func TestAClientGetsASecretOfWhichAHashIsKept(t *testing.T) {
	t.Parallel()
	o, operator := newOffice(t)
	first := o.clients["tms"]
	secret, err := operator.CreateClient(t.Context(), "tms", "My TMS", []string{"telematics:read"})
	c := o.clients["tms"]
	if err != nil || string(c.SecretHash) != string(HashSecret(secret)) || string(c.SecretHash) == string(first.SecretHash) || len(secret) < 40 {
		t.Errorf("the secret %q is kept as %x, %v", secret, c.SecretHash, err)
	}
	if diff := cmp.Diff([]string{"telematics:read"}, c.Scopes); diff != "" || c.Partner.ID != first.Partner.ID || c.Partner.ID == uuid.Nil {
		t.Errorf("scopes (-want +got):\n%s", diff)
	}
	if got := o.clients["acme"].Scopes; slices.ContainsFunc(got, PartnersOnly) || len(got) == 0 {
		t.Errorf("a fleet's client has %v", got)
	}
}

func TestAnOperatorIsToldWhyAClientIsNotMade(t *testing.T) {
	t.Parallel()
	_, operator := newOffice(t)
	ctx := t.Context()
	_, err := operator.CreateClient(ctx, "x", "X", []string{"all"})
	refuses(t, "a scope that does not exist", err, "telematics:write")
	_, err = operator.CreateFleetClient(ctx, "x", "Acme", []string{"webhook:read"})
	refuses(t, "a partner's scope for a fleet", err, `"webhook:read" is no scope of a fleet`)
	_, err = operator.CreateClient(ctx, "tms", "Another", nil)
	refuses(t, "another partner's client", err, "belongs to the partner My TMS")
	_, err = operator.CreateClient(ctx, "acme", "My TMS", nil)
	refuses(t, "a fleet's client for a partner", err, "belongs to the fleet Acme")
	_, err = operator.CreateFleetClient(ctx, "tms", "Acme", nil)
	refuses(t, "a partner's client for a fleet", err, "belongs to the partner My TMS")
	_, err = operator.CreateFleetClient(ctx, "x", "Twins", nil)
	refuses(t, "a name of two fleets", err, uuid.UUID{2}.String())
	_, err = operator.CreateFleetClient(ctx, "x", " ", nil)
	refuses(t, "no name", err, "there is no fleet")
	if _, err := operator.CreateFleetClient(ctx, "x", uuid.UUID{2}.String(), nil); err != nil {
		t.Errorf("a fleet named by its id: %v", err)
	}
}

func TestAnOperatorChangesAGrantAndRevivesNone(t *testing.T) {
	t.Parallel()
	o, operator := newOffice(t)
	set := func(order GrantOrder) (Grant, error) {
		order.Partner, order.Fleet = "My TMS", "Acme"
		return operator.SetGrant(t.Context(), order)
	}
	made, err := set(GrantOrder{FleetRef: "a-1", Levels: map[string]string{"message": "none", "all": "read", "vehicle": "read_write"}})
	if err != nil || made.Status != GrantActive || made.Levels[resource.KindMessage] != "" || made.Levels[resource.KindUser] != Read || made.Levels[resource.KindVehicle] != ReadWrite {
		t.Fatalf("%+v %v", made, err)
	}
	paused, err := set(GrantOrder{Status: GrantPaused})
	if err != nil || paused.ID != made.ID || paused.FleetRef != "a-1" || paused.Levels[resource.KindUser] != Read {
		t.Errorf("%+v %v", paused, err)
	}
	if _, err = set(GrantOrder{Status: GrantCancelled}); err != nil {
		t.Error(err)
	}
	again, err := set(GrantOrder{Levels: map[string]string{"message": "read"}})
	if err != nil || again.ID == made.ID || again.FleetRef != "a-1" || len(again.Levels) != 1 || len(o.grants) != 2 {
		t.Errorf("%+v %v", again, err)
	}
	for _, wrong := range []struct {
		order GrantOrder
		says  string
	}{
		{GrantOrder{Levels: map[string]string{"vehicles": "read"}}, `"vehicles" is no kind`},
		{GrantOrder{Levels: map[string]string{"vehicle": "write"}}, "must be read, read_write or none"},
		{GrantOrder{Levels: map[string]string{"message": "none"}}, "would allow nothing"},
		{GrantOrder{Effective: time.Now().Add(time.Hour), Expiration: time.Now()}, "before it begins"},
	} {
		_, err := set(wrong.order)
		refuses(t, wrong.says, err, wrong.says)
	}
	o.taken = "a-1"
	_, err = set(GrantOrder{})
	refuses(t, "a reference of another fleet", err, "--fleet-ref")
	_, err = operator.SetGrant(t.Context(), GrantOrder{Partner: "Nobody", Fleet: "Acme"})
	refuses(t, "no partner", err, `client create NAME --partner "Nobody"`)
	_, err = operator.SetGrant(t.Context(), GrantOrder{Partner: "My TMS", Fleet: "Nobody"})
	refuses(t, "no fleet", err, `client create NAME --fleet "Nobody"`)
}
