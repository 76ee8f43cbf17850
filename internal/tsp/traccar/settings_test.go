package traccar_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/traccar"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

// under is a session with settings.
func under(t *testing.T, url string, set tsp.Settings) tsp.Session {
	t.Helper()
	s, err := traccar.New().Connect(t.Context(), tsp.Access{Credentials: token(url), Client: http.DefaultClient, Pace: tsptest.Free{},
		Settings: traccar.New().Spec().Effective(set)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSettingsThatNameWhatTheServerLacksOrReadsItselfAreRefused(t *testing.T) {
	t.Parallel()
	url := served(t)
	for _, c := range []struct {
		set  tsp.Settings
		want string
	}{
		{nil, ""},
		{tsp.Settings{"group_id": int64(2)}, ""},
		{tsp.Settings{"group_id": int64(99)}, "group_id"},
		{tsp.Settings{"plate_attribute": "plate", "model_attribute": "truckModel"}, ""},
		{tsp.Settings{"plate_attribute": "fuelCapacity"}, "plate_attribute"},
		{tsp.Settings{"plate_attribute": "decoder.timezone"}, "plate_attribute"},
		{tsp.Settings{"plate_attribute": "vin"}, "plate_attribute"},
		{tsp.Settings{"plate_attribute": "modelType"}, "plate_attribute"},
		{tsp.Settings{"plate_attribute": "model"}, "plate_attribute"},
		{tsp.Settings{"model_attribute": "speedLimit"}, "model_attribute"},
		{tsp.Settings{"model_attribute": "licensePlate"}, "plate_attribute"},
		{tsp.Settings{"model_attribute": "model"}, ""},
	} {
		checker, ok := under(t, url, c.set).(tsp.SettingsChecker)
		if !ok {
			t.Fatal("the session checks no settings")
		}
		err := checker.CheckSettings(t.Context(), tsptest.Free{})
		e, _ := err.(*tsp.Error)
		if c.want == "" && err != nil || c.want != "" && (e == nil || e.Setting != c.want || e.Class != tsp.Rejected) {
			t.Errorf("%v: %v, want a refusal of %q", c.set, err, c.want)
		}
	}
}

func TestPlateAndModelAreWhereTheFleetKeepsThem(t *testing.T) {
	t.Parallel()
	own := `{"id":1,"name":"T","uniqueId":"1","model":"Cascadia","attributes":{"plate":"8DF1101","truckModel":"T680","licensePlate":"other"}}`
	for _, c := range []struct {
		set         tsp.Settings
		read, wrote string
	}{
		{nil, `"license_plate_number":"other"`, `"licensePlate":"NEW 1","modelType":"X","plate":"8DF1101"`},
		{tsp.Settings{"plate_attribute": "plate"}, `"license_plate_number":"8DF1101"`, `"licensePlate":"other","modelType":"X","plate":"NEW 1"`},
		{tsp.Settings{"model_attribute": "truckModel"}, `"model_type":"T680"`, `"truckModel":"X"`},
		{tsp.Settings{"model_attribute": "model"}, `"model_type":"Cascadia"`, `"model":"Cascadia"`},
	} {
		s := answering(t, map[string]string{"GET /api/devices": "[" + own + "]", "GET /api/devices/1": own, "PUT /api/devices/1": own})
		page, err := under(t, s.url, c.set).List(t.Context(), tsp.List{Kind: resource.KindVehicle, Pace: tsptest.Free{}})
		if err != nil || len(page.Records) != 1 || !strings.Contains(string(page.Records[0].Fields), c.read) {
			t.Errorf("%v: listed as %+v, %v", c.set, page, err)
		}
		w := writing(t, tsp.Capability{Kind: resource.KindVehicle, Verb: resource.Update}, `"license_plate_number":"NEW 1","model_type":"X"`)
		w.Target = "1"
		if _, err := under(t, s.url, c.set).Write(t.Context(), w); err != nil || !strings.Contains(strings.Join(s.sent, ""), c.wrote) {
			t.Errorf("%v: written as %s, %v", c.set, s.sent, err)
		}
	}
}
