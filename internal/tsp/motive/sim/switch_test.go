package sim_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

func TestErrorsComeInTheShapeThatASwitchPicks(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"":               `{"error_message":"invalid API key"}`,
		"errors_as_text": `{"error":"invalid API key"}`,
		"errors_nested":  `{"error":{"message":"invalid API key"}}`,
		"errors_as_list": `{"messages":["invalid API key"]}`,
	} {
		s := start(t, simkit.Options{})
		if name != "" {
			s.turn(name)
		}
		if got := s.as("nobody").do("GET", "/v1/companies", ""); got.status != 401 || got.text != want {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
	}
}

func TestValidationAnswers422WhenTheSwitchSaysSo(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	s.turn("validation_answers_422")
	s.do("POST", "/v1/vehicles", `{}`).refused(t, http.StatusUnprocessableEntity)
	s.do("GET", "/v1/vehicles?per_page=101", "").refused(t, http.StatusUnprocessableEntity)
	s.do("POST", "/v1/users", `{"role":"driver","first_name":"A","last_name":"B","username":"amir.haddad","password":"p"}`).refused(t, http.StatusUnprocessableEntity)
	s.do("POST", "/v1/vehicles", `{`).refused(t, http.StatusBadRequest)
	s.do("GET", "/v1/vehicles/5", "").refused(t, http.StatusNotFound)
}

func TestCreatesAnswer201WhenTheSwitchSaysSo(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	s.turn("creates_answer_201")
	for path, body := range map[string]string{
		"/v1/vehicles": newVehicle, "/v1/assets": newAsset, "/v1/users": newDriver, "/v1/fuel_purchases": newFuel,
		"/v1/external_ids?external_id=9&integration_name=tms&external_id_holder_id=" + vehicle + "&external_id_holder_type=Vehicle": "",
	} {
		if got := s.do("POST", path, body); got.status != http.StatusCreated {
			t.Errorf("POST %s = %d %s", path, got.status, got.text)
		}
	}
	s.must("PUT", "/v1/vehicles/"+vehicle, `{}`)
	s.must("POST", "/v2/messages", `{"sender_id":520008,"receiver_ids":[520001],"body":"a"}`)
}

func TestUnknownFieldsAreIgnoredWhenTheSwitchSaysSo(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	s.turn("ignore_unknown_fields")
	got := s.must("PUT", "/v1/vehicles/"+vehicle, `{"notes":"n","licence_plate_number":"X"}`)
	if got["notes"] != "n" || got["licence_plate_number"] != nil {
		t.Errorf("vehicle = %v", got)
	}
	if got := s.do("GET", "/v1/vehicles?limit=2", ""); got.status != http.StatusOK {
		t.Errorf("an unknown parameter: %d %s", got.status, got.text)
	}
	s.do("PUT", "/v1/vehicles/"+vehicle, `{"number":7}`).refused(t, http.StatusBadRequest)
}

func TestAssetsTakeAnyTypeWhenTheSwitchSaysSo(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	s.turn("any_asset_type")
	if got := s.must("PUT", "/v1/assets/"+asset, `{"type":"tanker"}`); got["type"] != "tanker" {
		t.Errorf("asset = %v", got)
	}
}

func TestAThrottledCallerIsToldToWaitUnlessTheSwitchSaysOtherwise(t *testing.T) {
	t.Parallel()
	clock := newWatch()
	s := start(t, simkit.Options{Now: clock.time})
	for range 20 {
		s.must("GET", "/v1/companies", "")
	}
	s.do("POST", "/_sim/limits", `{"enabled":true}`)
	for range 10 {
		s.must("GET", "/v1/companies", "")
	}
	got := s.do("GET", "/v1/companies", "")
	if got.refused(t, http.StatusTooManyRequests); got.header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After = %q", got.header.Get("Retry-After"))
	}
	s.turn("no_retry_after")
	got = s.do("GET", "/v1/companies", "")
	if got.refused(t, http.StatusTooManyRequests); got.header.Get("Retry-After") != "" {
		t.Errorf("Retry-After = %q", got.header.Get("Retry-After"))
	}
	clock.advance(time.Second)
	s.must("GET", "/v1/companies", "")
	s.as(readOnly).do("GET", "/v1/companies", "").refused(t, http.StatusTooManyRequests)
	s.fault(`{"fault":"throttle","retry_after":"Tue, 24 Nov 2026 12:00:05 GMT","times":1}`)
	if got := s.do("GET", "/v1/companies", "").header.Get("Retry-After"); got != "Tue, 24 Nov 2026 12:00:05 GMT" {
		t.Errorf("the fault's Retry-After = %q", got)
	}
}

func TestMessagesOfAllSendersAreListedWhenTheSwitchSaysSo(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{})
	s.turn("list_all_messages")
	if all, _ := s.list("/v1/messages"); len(all) != 4 {
		t.Errorf("%d rows", len(all))
	}
	if own, _ := s.list("/v1/messages", "X-User-Id", dispatcher); len(own) != 1 {
		t.Errorf("%d rows of the dispatcher", len(own))
	}
}
