package app_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/api/openapi/openapitest"
	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/app/apptest"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// yard is the program without an operator's base URL: calls go where credentials say. A fleet grants
// the partner good all kinds and the partner bad fuel and vehicles. Two simulated Samsaras, one of them bad's,
// name the same organization.
type yard struct {
	*house
	honest, hostile  string
	fleet, good, bad string
	fleetID          uuid.UUID
}

func openYard(t *testing.T) *yard {
	t.Helper()
	y := &yard{house: &house{t: t, checker: openapitest.NewChecker(t), journal: &journal{}}, fleetID: uuid.New()}
	for _, host := range []*string{&y.honest, &y.hostile} {
		*host = apptest.SimulatorAt(t, "samsara")
	}
	y.sim = y.hostile
	c := config.Default()
	c.Key, c.DatabaseURL = operatorKey, apptest.Database(t)
	log := slog.New(slog.NewTextHandler(y.journal, &slog.HandlerOptions{Level: slog.LevelError}))
	y.serve(c, app.Options{Dev: true, Log: log, Adapters: adapters("samsara")}, func(context.Context) error { return nil })
	y.fleet = y.client(access.Client{ID: "fleet", Fleet: access.Fleet{ID: y.fleetID, Name: "Acme Freight"}})
	y.good = y.partner("good", resource.Kinds()...)
	y.bad = y.partner("bad", resource.KindFuelTransaction, resource.KindVehicle)
	return y
}

func (y *yard) client(c access.Client) (token string) {
	y.t.Helper()
	c.Scopes, c.Generation = access.Scopes(), 1
	c.Secrets = []access.Secret{access.NewSecret("a-secret-of-"+c.ID, time.Now())}
	if err := y.db.InsertClient(y.t.Context(), c); err != nil {
		y.t.Fatal(err)
	}
	return y.tokenFor(c.ID, "a-secret-of-"+c.ID, "organization")
}

// partner makes a partner to which the fleet grants read_write for kinds.
func (y *yard) partner(name string, kinds ...resource.Kind) (token string) {
	y.t.Helper()
	p := access.Partner{ID: uuid.New(), Name: name}
	token = y.client(access.Client{ID: name, Partner: p})
	g := access.Grant{ID: uuid.New(), Partner: p.ID, Fleet: y.fleetID, FleetRef: "acme", Status: access.GrantActive,
		Levels: map[resource.Kind]string{}, CreatedAt: time.Now(), UpdatedAt: time.Now()}
	for _, k := range kinds {
		g.Levels[k] = access.ReadWrite
	}
	if err := y.db.InsertAgreement(y.t.Context(), g); err != nil {
		y.t.Fatal(err)
	}
	return token
}

// credentials name a host.
func credentialsAt(host string) string {
	return fmt.Sprintf(`"credentials":{"token":"samsara-demo-token","url":%q}`, host)
}

// connect makes a connection of the fleet's to a host.
func (y *yard) connect(token, host string) answer {
	y.t.Helper()
	ref := `,"fleet_ref":"acme"`
	if token == y.fleet {
		ref = ""
	}
	return y.by(token, "POST", connections,
		fmt.Sprintf(`{"tsp_id":%q,%s%s}`, tsp.Name("samsara").ID(), credentialsAt(host), ref))
}

// connected is connect for a connection that is taken; it returns its id.
func (y *yard) connected(token, host string) string {
	y.t.Helper()
	made := y.connect(token, host)
	if made.status != http.StatusOK {
		y.t.Fatalf("%d %s", made.status, made.text)
	}
	return made.field("id")
}

// names are those of the vehicles that a token reads through a connection, by id.
func (y *yard) names(token, connection string) map[string]string {
	y.t.Helper()
	var page struct {
		Items []struct {
			ID   string `json:"id"`
			Name string `json:"vehicle_name"`
		} `json:"items"`
	}
	a := y.by(token, "GET", vehicles+"?connection_id="+connection, "")
	if err := json.Unmarshal([]byte(a.text), &page); err != nil || a.status != http.StatusOK {
		y.t.Fatalf("%d %s %v", a.status, a.text, err)
	}
	all := map[string]string{}
	for _, one := range page.Items {
		all[one.ID] = one.Name
	}
	return all
}

// rename names all vehicles of the hostile host alike.
func (y *yard) rename(name string) {
	y.t.Helper()
	ask := func(method, path, body string) string {
		return y.simulatedAt(y.hostile+path, method, body, "Authorization", "Bearer samsara-demo-token")
	}
	var list struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if err := json.Unmarshal([]byte(ask("GET", "/fleet/vehicles", "")), &list); err != nil || len(list.Data) == 0 {
		y.t.Fatal(len(list.Data), err)
	}
	for n, one := range list.Data {
		ask("PATCH", "/fleet/vehicles/"+one.ID, fmt.Sprintf(`{"name":"%s %d"}`, name, n))
	}
}

func TestNoPartnerTakesOverAFleetsConnection(t *testing.T) {
	t.Parallel()
	y := openYard(t)
	id := y.connected(y.fleet, y.honest)
	y.until("it is imported", func() bool { return len(y.names(y.good, id)) > 0 })
	before := y.names(y.good, id)
	y.rename("BY THE ATTACKER")

	one := connections + "/" + id
	for body, says := range map[string]string{`{` + credentialsAt(y.hostile) + `}`: "you did not make this connection",
		`{"settings":{"initial_driver_password":"Known-1234"}}`: "you did not make this connection",
		`{"status":"cancelled"}`:                                "you did not make this connection",
		`{"status":"paused"}`:                                   "ask the fleet"} {
		if a := y.by(y.bad, "PATCH", one, body); a.status != http.StatusForbidden || !strings.Contains(a.text, says) {
			t.Errorf("%s: %d %s", body, a.status, a.text)
		}
	}
	if a := y.by(y.bad, "DELETE", one, ""); a.status != http.StatusForbidden {
		t.Errorf("deleting: %d %s", a.status, a.text)
	}
	// Not even the fleet moves an account to another host.
	if a := y.by(y.fleet, "PATCH", one, `{`+credentialsAt(y.hostile)+`}`); a.status != http.StatusConflict ||
		!strings.Contains(a.text, "another account") {
		t.Errorf("the fleet: %d %s", a.status, a.text)
	}
	// A connection of its own renames what comes through it, and nothing else.
	own := y.connected(y.bad, y.hostile)
	y.until("the attacker's is imported", func() bool { return len(y.names(y.good, own)) > 0 })
	for id, name := range y.names(y.good, own) {
		if before[id] != "" || !strings.HasPrefix(name, "BY THE ATTACKER") {
			t.Errorf("vehicle %s, which was %q, is %q through the attacker's connection", id, before[id], name)
		}
	}
	for id, name := range y.names(y.good, id) {
		if before[id] != name {
			t.Errorf("vehicle %s became %q", id, name)
		}
	}
	vehicle := ""
	for id := range before {
		vehicle = id
	}
	if a := y.by(y.good, "PATCH", vehicles+"/"+vehicle+"?is_sync=true",
		fmt.Sprintf(`{"connection_id":%q,"vehicle_name":"T-1"}`, id)); a.status != http.StatusOK {
		t.Errorf("%d %s", a.status, a.text)
	}
	if calls := y.simulated("GET", "/_sim/requests?method=PATCH", ""); strings.Contains(calls, "T-1") {
		t.Errorf("the attacker's host was sent a write: %s", calls)
	}
}

// grantOf is the agreement between the fleet and the partner of a token.
func (y *yard) grantOf(token string) string {
	y.t.Helper()
	var page struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}
	a := y.by(token, "GET", agreements, "")
	if err := json.Unmarshal([]byte(a.text), &page); err != nil || len(page.Items) != 1 {
		y.t.Fatalf("%d %s %v", a.status, a.text, err)
	}
	return page.Items[0].ID
}

func TestAFleetThatEndsItsGrantDuringATrialIsObeyed(t *testing.T) {
	t.Parallel()
	y := openYard(t)
	one := connections + "/" + y.connected(y.good, y.hostile)
	y.simulated("POST", "/_sim/faults", `{"match":{"path_prefix":"/me"},"fault":"delay","delay_ms":1500,"times":2}`)
	var both sync.WaitGroup
	both.Go(func() {
		if a := y.connect(y.good, y.hostile); a.status != http.StatusForbidden ||
			!strings.Contains(a.text, "its status is cancelled") {
			t.Errorf("the connection that was being made: %d %s", a.status, a.text)
		}
	})
	both.Go(func() {
		if a := y.by(y.good, "PATCH", one,
			`{`+credentialsAt(y.hostile)+`,"description":"after the end"}`); a.status != http.StatusNotFound {
			t.Errorf("the change that was being made: %d %s", a.status, a.text)
		}
	})
	y.until("both are being tried", func() bool {
		return strings.Count(y.simulated("GET", "/_sim/requests?path_prefix=/me", ""), `"method"`) >= 3
	})
	agreement := agreements + "/" + y.grantOf(y.good)
	if a := y.by(y.fleet, "POST", agreement+"/cancel", ""); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.text)
	}
	both.Wait()
	if a := y.by(y.fleet, "GET", agreement, ""); a.field("status") != access.GrantCancelled {
		t.Errorf("the agreement came back to life: %s", a.text)
	}
	a := y.by(y.fleet, "GET", connections, "")
	if n := strings.Count(a.text, `"tsp_id"`); n != 1 || strings.Contains(a.text, "after the end") {
		t.Errorf("%d connections: %s", n, a.text)
	}
}
