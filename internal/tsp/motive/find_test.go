package motive_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestAPurchaseIsFoundInWhateverZoneItsDateIs(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"2026-11-20T10:00:00Z", "2026-11-21T00:30:00+14:00", "2026-11-20T23:30:00-11:00"} {
		made, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		for hours := -11; hours <= 14; hours++ {
			date := made.In(time.FixedZone("", hours*3600)).Format(time.DateOnly)
			s := desk(t, 0, func(w http.ResponseWriter, r *http.Request) {
				body := `{"fuel_purchases":[]}`
				if q := r.URL.Query(); q.Get("start_date") <= date && date < q.Get("end_date") {
					body = `{"fuel_purchases":[{"fuel_purchase":{"id":5,"ref_no":"` + operation.String() + `"}}]}`
				}
				says(body)(w, r)
			})
			w := writing(t, resource.KindFuelTransaction, fmt.Sprintf(`"driver_id":%q,"vehicle_id":%q,"fuel_volume":1,"fuel_volume_unit":"LITER","transaction_time":%q`,
				uuid.NewString(), uuid.NewString(), at), resource.Refs{"driver_id": {"1"}, "vehicle_id": {"2"}})
			expect(t, fmt.Sprintf("%s in a company %d hours ahead", at, hours), s, w, "5")
		}
	}
}

func TestARecordOfAnotherExternalIDIsNotTakenForOurs(t *testing.T) {
	t.Parallel()
	for ids, want := range map[string]tsp.Class{
		`[{"external_id":"` + operationHex + `","integration_name":"waybill-operation"}]`: tsp.Done,
		`[{"external_id":"` + operationHex + `","integration_name":"waybill"}]`:           tsp.Unavailable,
		`[{"external_id":"another","integration_name":"waybill-operation"}]`:              tsp.Unavailable,
		`[]`: tsp.Done,
	} {
		s := desk(t, 0, says(`{"vehicle":{"id":7,"external_ids":`+ids+`}}`))
		_, found, err := s.(tsp.Finder).Find(t.Context(), writing(t, resource.KindVehicle, `"vehicle_name":"T-900"`, resource.Refs{}))
		if got := classOf(err); got != want || found != (want == tsp.Done) {
			t.Errorf("%s: found = %v, %v", ids, found, err)
		}
	}
}

func classOf(err error) tsp.Class {
	if e, ok := err.(*tsp.Error); ok {
		return e.Class
	}
	return tsp.Done
}

// TestARefusalThatNamesTheOperationIsLookedFor has a Motive that has taken an earlier attempt.
func TestARefusalThatNamesTheOperationIsLookedFor(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]tsp.Class{
		"external id " + operationHex + " of integration waybill-operation has already been taken": tsp.Unknown,
		"reference number " + operation.String() + " has already been taken":                       tsp.Unknown,
		"number has already been taken":                         tsp.Rejected,
		"external id T-900 of integration waybill is taken":     tsp.Rejected,
		strings.Repeat("0", 32) + " has already been taken":     tsp.Rejected,
		"01890a5d-ac96-774b-bcce-b302099a8059 has been taken":   tsp.Rejected,
		"external id 01890a5dac96774bbcceb302099a8057 is taken": tsp.Rejected,
	} {
		s := desk(t, 0, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			says(`{"error_message":"`+said+`"}`)(w, r)
		})
		for _, kind := range []resource.Kind{resource.KindVehicle, resource.KindTrailer, resource.KindUser} {
			body := map[resource.Kind]string{resource.KindVehicle: `"vehicle_name":"T-900"`, resource.KindUser: `"first_name":"A","last_name":"B","username":"ab"`,
				resource.KindTrailer: `"trailer_name":"R-1","trailer_type":"flatbed","oem":"Utility","model_type":"X","model_year":2020`}[kind]
			if _, err := s.Write(t.Context(), writing(t, kind, body, resource.Refs{})); classOf(err) != want {
				t.Errorf("%s of %q: the end is %v, want %s", kind, said, err, want)
			}
		}
	}
}
