package motive_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/motive"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

func TestSettingsThatMotiveCannotServeAreRefusedWhenTheyAreSet(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		settings      tsp.Settings
		setting, says string
	}{
		{nil, "", ""},
		{tsp.Settings{"default_group_ids": []string{"41001", "41002"}}, "", ""},
		{tsp.Settings{"default_group_ids": []string{"41001", "abc"}}, "default_group_ids", `"abc"`},
		{tsp.Settings{"default_group_ids": []string{"41002", "41003"}}, "default_group_ids", "no group 41003"},
		{tsp.Settings{"default_asset_type": "reefer"}, "", ""},
		{tsp.Settings{"default_asset_type": "Dry Van"}, "default_asset_type", `"Dry Van"`},
		{tsp.Settings{"integration_name": "waybill-operation"}, "integration_name", "marks"},
	} {
		checker := start(t, c.settings).session.(tsp.SettingsChecker)
		err := checker.CheckSettings(t.Context(), tsptest.Free{})
		var e *tsp.Error
		if c.setting == "" && err != nil {
			t.Errorf("%v: %v", c.settings, err)
		}
		if c.setting != "" && (!errors.As(err, &e) || e.Class != tsp.Rejected || e.Setting != c.setting || !strings.Contains(e.Message, c.says)) {
			t.Errorf("%v: %v", c.settings, err)
		}
	}
}

func TestAKeyActsOnBehalfOfItsUser(t *testing.T) {
	t.Parallel()
	for user, says := range map[string]string{"": "", "520008": "", "520007": "no admin", "520001": "no admin", "999999": "no user 999999",
		"abc": "whole number", "01890a5d-ac96-774b-bcce-b302099a8057": "whole number", "-1": "whole number"} {
		s := start(t, nil)
		var sent []string
		noting := &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			sent = append(sent, r.Header.Get("X-User-Id"))
			return http.DefaultTransport.RoundTrip(r)
		})}
		session, err := motive.New().Connect(t.Context(), tsp.Access{Settings: s.settings, BaseURL: s.base, Client: noting, Pace: tsptest.Free{},
			Credentials: tsp.Credentials{Kind: "api_key", Fields: map[string]string{"api_key": "motive-demo-key", "user_id": user}}})
		if err == nil {
			_, err = session.Check(t.Context(), tsptest.Free{})
		}
		if says == "" && err != nil || says != "" && (classOf(err) != tsp.Unauthorized || !strings.Contains(err.Error(), says)) {
			t.Errorf("%q: %v", user, err)
		}
		if says != "" {
			continue
		}
		_, err = session.Write(t.Context(), s.write(resource.KindVehicle, resource.Create, `{"vehicle_name":"T-900"}`))
		if err == nil {
			_, err = session.List(t.Context(), tsp.List{Kind: resource.KindMessage, Pace: tsptest.Free{}})
		}
		if err != nil || !slices.Contains(sent, user) || !slices.Contains(sent, "520003") {
			t.Errorf("on behalf of %q there was sent %v, %v", user, sent, err)
		}
	}
}

type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }
