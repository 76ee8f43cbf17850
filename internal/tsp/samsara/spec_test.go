package samsara_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/samsara"
)

func TestTheSpecIsComplete(t *testing.T) {
	t.Parallel()
	spec := samsara.New().Spec()
	if spec.Name != "samsara" || spec.DisplayName == "" || spec.BaseURL != "https://api.samsara.com" || spec.Parallel < 1 {
		t.Errorf("%+v", spec)
	}
	for _, doc := range spec.Docs {
		if _, err := time.Parse(time.DateOnly, doc.Verified); err != nil || doc.Title == "" || !strings.HasPrefix(doc.URL, "https://") {
			t.Errorf("doc %+v", doc)
		}
	}
	for _, limit := range spec.Limits {
		if limit.Scope == "" || limit.Source == "" || limit.Events < 1 || limit.Period <= 0 || limit.Burst < 1 {
			t.Errorf("limit %+v", limit)
		}
	}
	for _, field := range spec.Credentials[0].Fields {
		if field.Required && spec.SampleCredentials.Get(field.Name) == "" {
			t.Errorf("the sample credentials lack %s", field.Name)
		}
	}
	if diff := cmp.Diff(spec.Limits, samsara.New().Spec().Limits); diff != "" {
		t.Errorf("two specs differ: %s", diff)
	}
}

func TestTheMatrixHasEveryWrite(t *testing.T) {
	t.Parallel()
	actions := samsara.New().Spec().Actions
	got := map[tsp.Capability]tsp.Strength{}
	for c, a := range actions {
		got[c] = a.Strength
	}
	want := map[tsp.Capability]tsp.Strength{createMessage: tsp.VerifyFirst, createGroup: tsp.VerifyFirst, createVehicle: tsp.VerifyFirst,
		updateVehicle: tsp.NaturalKey, createTrailer: tsp.VerifyFirst, updateTrailer: tsp.NaturalKey, createUser: tsp.VerifyFirst,
		updateUser: tsp.NaturalKey, createDVIR: tsp.VerifyFirst, createFuel: tsp.None,
		{Kind: resource.KindDriverVehicleAssociation, Verb: resource.Create}: tsp.NaturalKey}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("strengths differ (-want +got):\n%s", diff)
	}
}

func TestEveryFieldHasAUseAndItsReason(t *testing.T) {
	t.Parallel()
	for c, action := range samsara.New().Spec().Actions {
		schema, err := resource.For(c.Kind, c.Verb)
		if err != nil {
			t.Fatal(err)
		}
		unknown := maps.Clone(action.Uses)
		for _, f := range schema.Fields {
			delete(unknown, f.Name)
			use, ok := action.Uses[f.Name]
			switch {
			case f.Name == "connection_id":
				if ok {
					t.Errorf("%s: connection_id is written nowhere and has no use", c)
				}
			case !ok:
				t.Errorf("%s: %s has no use", c, f.Name)
			case (use.Use == tsp.UseDropped || use.Use == tsp.UseRejected) && use.Reason == "":
				t.Errorf("%s: %s is %s without a reason", c, f.Name, use.Use)
			}
		}
		if len(unknown) > 0 {
			t.Errorf("%s: uses of unknown fields %v", c, slices.Sorted(maps.Keys(unknown)))
		}
	}
}

// bucket is the token bucket of a server: capacity calls saved up, refilled at the rate.
type bucket struct {
	level, capacity float64
	interval, last  time.Duration
}

func (b *bucket) take(at time.Duration) bool {
	b.level = min(b.capacity, b.level+float64(at-b.last)/float64(b.interval))
	b.last = at
	if b.level < 1-1e-9 {
		return false
	}
	b.level--
	return true
}

// Calls that start as early as a limit allows arrive bunched: whatever starts within a slice
// of the slack arrives at its end.
func TestAServerThatCountsAsDocumentedNeverThrottles(t *testing.T) {
	t.Parallel()
	for _, limit := range samsara.New().Spec().Limits {
		interval := limit.Period / time.Duration(limit.Events)
		capacity, slack := float64(limit.Events), 750*time.Millisecond
		if limit.Period == time.Minute {
			capacity, slack = 20, 5*time.Second
		}
		server := bucket{level: capacity, capacity: capacity, interval: interval}
		for call := range 3 * limit.Events {
			start := time.Duration(max(0, call-limit.Burst+1)) * interval
			arrival := (start/slack + 1) * slack
			if !server.take(arrival) {
				t.Errorf("%s: call %d at %v was throttled", limit.Key, call, arrival)
				break
			}
		}
	}
}

func TestWhatAnImportLeavesOutIsTold(t *testing.T) {
	t.Parallel()
	for _, one := range tsp.Document(samsara.New().Spec(), nil).Imports {
		want := map[resource.Kind]string{resource.KindMessage: "what dispatch sent is left out", resource.KindVehicle: "createdAtTime"}[one.Resource]
		if want != "" && (!one.Available || one.Reason == nil || !strings.Contains(*one.Reason, want)) {
			t.Errorf("%s: %+v, want %q", one.Resource, one.Reason, want)
		}
	}
}

func TestWhatIsLeftOutUnderAConditionIsTold(t *testing.T) {
	t.Parallel()
	actions := samsara.New().Spec().Actions
	for _, one := range []struct {
		of       tsp.Capability
		settings tsp.Settings
		field    string
		want     string
	}{
		{createUser, roles, "phone_number", "users of the dashboard"},
		{createUser, roles, "username", "users of the dashboard"},
		{createUser, tsp.Settings{"dashboard_role_ids": "3", "country_code_attribute": "Country"}, "country_code", "users of the dashboard"},
		{createUser, roles, "user_email", ""},
		{createUser, nil, "phone_number", ""},
		{createVehicle, beta, "vin", "serial number"},
		{createFuel, nil, "latitude", "location_string"},
		{createDVIR, nil, "odometer_unit", "odometer"},
	} {
		use := actions[one.of].Uses[one.field].Under(one.settings)
		if !strings.Contains(use.Reason, one.want) || one.want == "" && use.Reason != "" {
			t.Errorf("%s %s under %v: %q, want %q", one.of, one.field, one.settings, use.Reason, one.want)
		}
	}
}
