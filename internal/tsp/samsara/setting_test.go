package samsara_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestSettingsThatNameWhatSamsaraLacksAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		settings tsp.Settings
		setting  string // "" if they are taken
	}{
		{nil, ""},
		{tsp.Settings{"default_tag_ids": []string{"3920", "3921"}}, ""},
		{tsp.Settings{"default_tag_ids": []string{"3920", "1"}}, "default_tag_ids"},
		{roles, ""},
		{tsp.Settings{"dashboard_role_ids": []string{"Dispatcher"}}, "dashboard_role_ids"},
		{dvirSettings, ""},
		{tsp.Settings{"dvir_author_id": "1"}, "dvir_author_id"},
		{tsp.Settings{"license_plate_region_attribute": "Plate state", "license_expiration_attribute": "License expires"}, ""},
		{tsp.Settings{"license_plate_region_attribute": "Job title"}, "license_plate_region_attribute"},
	} {
		s := simulatedWith(t, c.settings)
		err := s.Session.(tsp.SettingsChecker).CheckSettings(t.Context(), &pacer{})
		if c.setting == "" {
			if err != nil {
				t.Errorf("%v: %v", c.settings, err)
			}
			continue
		}
		if e := wantClass(t, err, tsp.Rejected); e.Setting != c.setting || !strings.Contains(e.Message, "settings."+c.setting) {
			t.Errorf("%v: setting %q: %s", c.settings, e.Setting, e.Message)
		}
	}
}

func TestSettingsThatTheTokenMayNotAskForAreTaken(t *testing.T) {
	t.Parallel()
	settings := tsp.Settings{"default_tag_ids": []string{"1"}, "dvir_author_id": "1", "status_attribute": "x"}
	s, r := sessionWith(t, settings, answer(http.StatusForbidden, jsonType, `{"message":"no"}`))
	if err := s.(tsp.SettingsChecker).CheckSettings(t.Context(), &pacer{}); err != nil || len(r.requests) != 3 {
		t.Errorf("%v after %d questions", err, len(r.requests))
	}
	s, _ = sessionWith(t, settings, answer(http.StatusServiceUnavailable, plain, "later"))
	wantClass(t, s.(tsp.SettingsChecker).CheckSettings(t.Context(), &pacer{}), tsp.Unavailable)
}

func TestAttributesHoldWhatHasNoField(t *testing.T) {
	t.Parallel()
	s := simulatedWith(t, tsp.Settings{"asset_route": "beta", "license_plate_region_attribute": "Plate state", "total_axles_attribute": "Axles",
		"license_expiration_attribute": "License expires", "user_designation_attribute": "Job title"})
	perform := func(c tsp.Capability, target resource.SourceID, body string) string {
		w := write(t, c, body)
		w.Target, w.Operation = target, uuid.New()
		out, err := s.Write(t.Context(), w)
		if err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		r, _ := s.left(w, out)
		return string(r.Fields)
	}
	truck := s.first(resource.KindVehicle).SourceID
	perform(updateVehicle, truck, `{"license_plate_region":"NE"}`)
	if got := perform(updateVehicle, truck, `{"total_axles":5,"notes":"n"}`); !strings.Contains(got, `"license_plate_region":"NE"`) || !strings.Contains(got, `"total_axles":5`) {
		t.Errorf("an attribute that was not written is gone: %s", got)
	}
	if got := perform(createVehicle, "", `{"vehicle_name":"V 9","license_plate_region":"TX"}`); !strings.Contains(got, `"license_plate_region":"TX"`) {
		t.Error(got)
	}
	if got := perform(createUser, "", with(aDriver, `"license_expiration":"2027-01-31"`)); !strings.Contains(got, `"license_expiration":"2027-01-31"`) {
		t.Error(got)
	}
	driver := s.first(resource.KindUser).SourceID
	perform(updateUser, driver, `{"user_designation":"Night driver"}`)
	if got := perform(updateUser, driver, `{"license_expiration":"2027-01-31"}`); !strings.Contains(got, `"user_designation":"Night driver"`) {
		t.Errorf("an attribute that was not written is gone: %s", got)
	}
}

func TestAnAttributeOfAnotherTypeTakesNoValueThatIsNone(t *testing.T) {
	t.Parallel()
	for attribute, field := range map[string]string{"Axles": "license_plate_region", "Inspected on": "license_plate_region", "Colour": "license_plate_region"} {
		s := simulatedWith(t, tsp.Settings{field + "_attribute": attribute})
		_, err := s.Write(t.Context(), s.vehicle(`{"`+field+`":"NE"}`))
		if e := wantClass(t, err, tsp.Rejected); e.Setting != field+"_attribute" {
			t.Errorf("%s: %+v", attribute, e)
		}
	}
}

func TestASerialNumberPairsAVehicleOnlyWhereTheSettingSaysSo(t *testing.T) {
	t.Parallel()
	paired := tsp.Settings{"asset_route": "beta", "pair_eld": true}
	for _, c := range []struct {
		settings tsp.Settings
		of       tsp.Capability
		paired   bool
	}{{paired, updateVehicle, true}, {beta, updateVehicle, false}, {paired, createVehicle, true}, {beta, createVehicle, false}} {
		s := simulatedWith(t, c.settings)
		w := write(t, c.of, `{"vehicle_name":"V 9","eld_serial_number":"GFRV-43N-VGX"}`)
		if w.Target = ""; c.of == updateVehicle {
			w.Target = s.first(resource.KindVehicle).SourceID
		}
		out, err := s.Write(t.Context(), w)
		if err != nil {
			t.Fatal(err)
		}
		r, _ := s.left(w, out)
		if got := strings.Contains(string(r.Fields), `"eld_serial_number":"GFRV-43N-VGX"`); got != c.paired {
			t.Errorf("%s with %v leaves %s", c.of, c.settings, r.Fields)
		}
	}
}
