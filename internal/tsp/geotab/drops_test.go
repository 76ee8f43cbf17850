package geotab_test

import (
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

func TestWhatDoesNotReachGeotabIsTold(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		kind       resource.Kind
		body, want string
	}{
		{resource.KindDvirLog, aDvir + `,"is_safety_critical":false}`, "is_safety_critical"},
		{resource.KindDvirLog, aDvir + `,"is_safety_critical":true}`, ""},
		{resource.KindDvirLog, aDvir + `,"odometer_unit":"miles"}`, "odometer_unit"},
		{resource.KindDvirLog, aDvir + `,"odometer":1,"odometer_unit":"miles"}`, ""},
		{resource.KindDvirLog, aDvir + `,"inspected_by":"Ada"}`, "inspected_by"},
		{resource.KindFuelTransaction, aFuel + `,"odometer_unit":"miles"}`, "odometer_unit"},
		{resource.KindFuelTransaction, aFuel + `,"total_cost":0.00,"currency":"CAD"}`, "total_cost"},
		{resource.KindFuelTransaction, aFuel + `,"odometer":0,"odometer_unit":"miles"}`, "odometer,odometer_unit"},
		{resource.KindFuelTransaction, aFuel + `,"latitude":0,"longitude":0}`, "latitude,longitude"},
		{resource.KindFuelTransaction, aFuel + `,"latitude":0,"longitude":9.4}`, ""},
		{resource.KindUser, aUser + `,"username":"ada","user_email":"ada@x.example"}`, "user_email"},
		{resource.KindVehicle, `{"vehicle_name":"T","oem":"Mack"}`, "oem"},
	} {
		spec, w := newSpec(), aWrite(t, resource.Create, one.kind, one.body)
		set := spec.Effective(nil)
		out := spec.Actions[w.Capability].Under(set).Apply(spec.DisplayName, w.Schema, w.Payload, set)
		if got := strings.Join(out.Dropped(), ","); got != one.want || len(out.Problems) > 0 {
			t.Errorf("%s: dropped are %q, want %q; refused for %v", one.body, got, one.want, out.Problems)
		}
		for _, path := range out.Dropped() {
			if spec.Actions[w.Capability].Uses[path].Reason == "" {
				t.Errorf("%s: that %s may be dropped stands in no capability document", one.body, path)
			}
		}
	}
}

func TestANoughtThatStandsForNothingIsNotSent(t *testing.T) {
	t.Parallel()
	server := &stub{}
	const noughts = `,"total_cost":0,"currency":"CAD","odometer":0,"odometer_unit":"miles","latitude":0,"longitude":0}`
	if _, err := server.writes(t, resource.Create, resource.KindFuelTransaction, aFuel+noughts); err != nil {
		t.Fatal(err)
	}
	for _, member := range []string{`"cost"`, `"odometer"`, `"location"`} {
		if strings.Contains(server.last(), member) {
			t.Errorf("%s is in %s", member, server.last())
		}
	}
}

func TestNoInspectionWithADefectArrivesAsACleanOne(t *testing.T) {
	t.Parallel()
	for body, refused := range map[string]bool{
		`,"defect_count":2}`: true, `,"defect_count":2,"defects":["brakes"]}`: true,
		`,"defect_count":1,"defects":["brakes"]}`: false, `,"defect_count":0}`: false, `,"defect_count":0,"defects":["brakes"]}`: false,
		`,"is_safety_critical":true}`: false,
	} {
		problems, _ := policy(t, resource.Create, resource.KindDvirLog, aDvir+body)
		if was := len(problems) == 1 && strings.HasPrefix(problems[0], "defect_count: "); was != refused || len(problems) > 1 {
			t.Errorf("%s is refused for %v", body, problems)
			continue
		}
		if refused {
			continue
		}
		server := &stub{answer: func(a asked) string {
			if a.name == "Get Group" {
				return defectList
			}
			return ""
		}}
		if _, err := server.writes(t, resource.Create, resource.KindDvirLog, aDvir+body); err != nil {
			t.Fatal(err)
		}
		dirty := strings.Contains(server.last(), `"dVIRDefects":[{`) || strings.Contains(server.last(), `"isSafeToOperate":false`)
		if want := strings.Contains(body, "brakes") || strings.Contains(body, "true"); dirty != want {
			t.Errorf("%s is written as %s", body, server.last())
		}
	}
}

// A firewall may answer with any page, whatever is asked of Geotab.
func TestAFirewallsPageIsNoRefusalOfGeotabs(t *testing.T) {
	t.Parallel()
	for _, page := range []string{"401 <html>log in</html>", "403 <html>blocked</html>", "404 <html>gone</html>", "425 <html>early</html>", "451 <html>no</html>",
		"503 <html>busy</html>"} {
		server := &stub{answer: func(a asked) string {
			if a.name == "Authenticate" {
				return ""
			}
			return page
		}}
		_, err := server.writes(t, resource.Create, resource.KindVehicle, aDevice)
		if e := ended(t, err); e.Class != tsp.Unavailable || server.names() != "Authenticate, Add Device" {
			t.Errorf("%s is %v after %s", page, e, server.names())
		}
		list := server.session(t, "", nil)
		if _, err := list.List(t.Context(), tsp.List{Kind: resource.KindVehicle, Pace: tsptest.Free{}}); ended(t, err).Class != tsp.Unavailable {
			t.Errorf("%s in answer to a list is %v", page, err)
		}
	}
}

func TestOneRecordIsReadInTheFormOfItsList(t *testing.T) {
	t.Parallel()
	server := &stub{answer: database("Device", aDiesel)}
	reader := server.session(t, "", nil).(tsp.Reader)
	one := tsp.Single{Kind: resource.KindVehicle, Collection: "devices", SourceID: "b1", Pace: tsptest.Free{}}
	r, err := reader.Read(t.Context(), one)
	if err != nil || r.SourceID != "b1" || !strings.Contains(server.calls[1].body, `"search":{"id":"b1"}`) {
		t.Fatalf("%+v, %v", r, err)
	}
	holding(t, r, map[string]string{"vehicle_name": `"T-900"`, "engine_type": `"DIESEL"`})
	for change, class := range map[string]tsp.Class{"id": tsp.Missing, "trailer": tsp.Missing, "group_message": tsp.Unsupported, "collection": tsp.Unsupported} {
		other := one
		switch change {
		case "id":
			other.SourceID = "b2"
		case "trailer":
			other.Kind = resource.KindTrailer
		case "group_message":
			other.Kind = resource.KindGroupMessage
		case "collection":
			other.Collection = "users"
		}
		if _, err := reader.Read(t.Context(), other); ended(t, err).Class != class {
			t.Errorf("another %s: %v, want class %s", change, err, class)
		}
	}
}
