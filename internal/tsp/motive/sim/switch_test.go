package sim_test

import (
	"net/http"
	"testing"
	"time"
)

func TestErrorsComeInTheShapeThatASwitchPicks(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"":               `{"error_message":"invalid API key"}`,
		"errors_as_text": `{"error":"invalid API key"}`,
		"errors_nested":  `{"error":{"message":"invalid API key"}}`,
		"errors_as_list": `{"messages":["invalid API key"]}`,
	} {
		s := start(t)
		if name != "" {
			s.Turn(name)
		}
		if got := s.as("nobody").Do("GET", "/v1/companies", ""); got.Status != 401 || got.Text != want {
			t.Errorf("%s: %d %s", name, got.Status, got.Text)
		}
	}
}

func TestValidationAnswers422WhenTheSwitchSaysSo(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Turn("validation_answers_422")
	refused(t, s.Do("POST", "/v1/vehicles", `{}`), http.StatusUnprocessableEntity)
	refused(t, s.Do("GET", "/v1/vehicles?per_page=101", ""), http.StatusUnprocessableEntity)
	refused(t, s.Do("POST", "/v1/users", `{"role":"driver","first_name":"A","last_name":"B","username":"amir.haddad","password":"p"}`), http.StatusUnprocessableEntity)
	refused(t, s.Do("POST", "/v1/vehicles", `{`), http.StatusBadRequest)
	refused(t, s.Do("GET", "/v1/vehicles/5", ""), http.StatusNotFound)
}

func TestCreatesAnswer201WhenTheSwitchSaysSo(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Turn("creates_answer_201")
	for path, body := range map[string]string{
		"/v1/vehicles": newVehicle, "/v1/assets": newAsset, "/v1/users": newDriver, "/v1/fuel_purchases": newFuel,
		"/v1/external_ids?external_id=9&integration_name=tms&external_id_holder_id=" + vehicle + "&external_id_holder_type=Vehicle": "",
	} {
		if got := s.Do("POST", path, body); got.Status != http.StatusCreated {
			t.Errorf("POST %s = %d %s", path, got.Status, got.Text)
		}
	}
	s.must("PUT", "/v1/vehicles/"+vehicle, `{}`)
	s.must("POST", "/v2/messages", `{"sender_id":520008,"receiver_ids":[520001],"body":"a"}`)
}

func TestUnknownFieldsAreIgnoredWhenTheSwitchSaysSo(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Turn("ignore_unknown_fields")
	got := s.must("PUT", "/v1/vehicles/"+vehicle, `{"notes":"n","licence_plate_number":"X"}`)
	if got["notes"] != "n" || got["licence_plate_number"] != nil {
		t.Errorf("vehicle = %v", got)
	}
	if got := s.Do("GET", "/v1/vehicles?limit=2", ""); got.Status != http.StatusOK {
		t.Errorf("an unknown parameter: %d %s", got.Status, got.Text)
	}
	refused(t, s.Do("PUT", "/v1/vehicles/"+vehicle, `{"number":7}`), http.StatusBadRequest)
}

func TestAssetsTakeAnyTypeWhenTheSwitchSaysSo(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Turn("any_asset_type")
	if got := s.must("PUT", "/v1/assets/"+asset, `{"type":"tanker"}`); got["type"] != "tanker" {
		t.Errorf("asset = %v", got)
	}
}

func TestAThrottledCallerIsToldToWaitUnlessTheSwitchSaysOtherwise(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Admin("POST", "limits", `{"enabled":true}`)
	for range 20 {
		s.must("GET", "/v1/companies", "")
	}
	s.Turn("assumed_limits")
	s.Admin("POST", "limits", `{"enabled":true}`)
	for range 10 {
		s.must("GET", "/v1/companies", "")
	}
	got := s.Do("GET", "/v1/companies", "")
	if refused(t, got, http.StatusTooManyRequests); got.Header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After = %q", got.Header.Get("Retry-After"))
	}
	s.Turn("no_retry_after")
	got = s.Do("GET", "/v1/companies", "")
	if refused(t, got, http.StatusTooManyRequests); got.Header.Get("Retry-After") != "" {
		t.Errorf("Retry-After = %q", got.Header.Get("Retry-After"))
	}
	s.Clock.Advance(time.Second)
	s.must("GET", "/v1/companies", "")
	refused(t, s.as(readOnly).Do("GET", "/v1/companies", ""), http.StatusTooManyRequests)
	s.Fault(`{"fault":"throttle","retry_after":"Tue, 24 Nov 2026 12:00:05 GMT","times":1}`)
	if got := s.Do("GET", "/v1/companies", "").Header.Get("Retry-After"); got != "Tue, 24 Nov 2026 12:00:05 GMT" {
		t.Errorf("the fault's Retry-After = %q", got)
	}
}

func TestMessagesOfAllSendersAreListedWhenTheSwitchSaysSo(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Turn("list_all_messages")
	if all, _ := s.list("/v1/messages"); len(all) != 4 {
		t.Errorf("%d rows", len(all))
	}
	if own, _ := s.list("/v1/messages", "X-User-Id", dispatcher); len(own) != 1 {
		t.Errorf("%d rows of the dispatcher", len(own))
	}
	s.Turn("wide_messages")
	if all, _ := s.list("/v1/messages", "X-User-Id", dispatcher); len(all) != 4 {
		t.Errorf("%d rows where the header narrows nothing", len(all))
	}
}
