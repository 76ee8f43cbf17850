package traccar_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

// records are those from one id to another, all of one name.
func records(name string, from, to int) string {
	var all []string
	for id := from; id <= to; id++ {
		all = append(all, fmt.Sprintf(`{"id":%d,"name":%q,"uniqueId":"u%d","attributes":{}}`, id, name, id))
	}
	return "[" + strings.Join(all, ",") + "]"
}

// An import takes what it does not meet for gone, and a database may put equal names in another
// order on each page.
func TestNoneOfEqualNamesOnTheEdgeOfAPageIsMissed(t *testing.T) {
	t.Parallel()
	s := answering(t, map[string]string{
		"GET /api/devices?all=true&limit=50&offset=0":  records(`Trailer 5%\`, 1, 50),
		"GET /api/devices?all=true&limit=50&offset=50": records(`Trailer 5%\`, 50, 60),
		"GET /api/devices?all=true&keyword=Trailer+5%25_": strings.TrimSuffix(records(`Trailer 5%\`, 1, 61), "]") + "," +
			strings.TrimPrefix(records(`Trailer 5%\ b`, 62, 62), "["),
	})
	met, cursor := map[resource.SourceID]bool{}, ""
	for {
		page, err := session(t, token(s.url)).List(t.Context(), tsp.List{Kind: resource.KindVehicle, Cursor: cursor, Pace: tsptest.Free{}})
		if err != nil {
			t.Fatal(err)
		}
		once := map[resource.SourceID]bool{}
		for _, r := range page.Records {
			if once[r.SourceID] {
				t.Errorf("record %s is on one page twice", r.SourceID)
			}
			once[r.SourceID], met[r.SourceID] = true, true
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if !met["61"] || met["62"] || len(met) != 61 {
		t.Errorf("met %d records, the one that was on neither page: %t", len(met), met["61"])
	}
}

// The server's service account is linked to nothing that it makes.
func TestARecordIsFoundThatItsMakerIsNotLinkedTo(t *testing.T) {
	t.Parallel()
	for kind, path := range map[resource.Kind]string{resource.KindVehicle: "/api/devices", resource.KindUser: "/api/drivers"} {
		members := map[resource.Kind]string{
			resource.KindVehicle: `"vehicle_name":"T","external_id":"a\\b"`,
			resource.KindUser:    `"first_name":"A","last_name":"B","employee_number":"a\\b"`,
		}[kind]
		w := writing(t, tsp.Capability{Kind: kind, Verb: resource.Create}, members)
		mine := fmt.Sprintf(`[{"id":70,"name":"T","uniqueId":"a\\b","attributes":{"waybillOperation":%q}}]`, w.Operation)
		s := answering(t, map[string]string{
			"GET " + path: "[]",
			"GET " + path + "?all=true&keyword=a_b&limit=50&offset=0":  records("U", 1, 50),
			"GET " + path + "?all=true&keyword=a_b&limit=50&offset=50": mine,
		})
		finder, ok := session(t, token(s.url)).(tsp.Finder)
		if !ok {
			t.Fatal("the session finds nothing")
		}
		out, found, err := finder.Find(t.Context(), w)
		if err != nil || !found || out.SourceID != "70" {
			t.Errorf("%s: %+v, %t, %v", kind, out, found, err)
		}
	}
}
