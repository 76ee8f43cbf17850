package samsara_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
)

func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// TestAnInspectionIsFoundHoweverWrongOurClockIs has a Samsara that lists by its own clock.
func TestAnInspectionIsFoundHoweverWrongOurClockIs(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{0, 9 * time.Minute, 2 * time.Hour, -2 * time.Hour, 30 * time.Hour} {
		theirs, asked := noon.Add(ahead), 0
		s := sessionAt(t, atNoon, func(w http.ResponseWriter, r *http.Request) {
			asked++
			w.Header().Set("Date", theirs.Format(http.TimeFormat))
			from, _ := time.Parse(time.RFC3339, r.URL.Query().Get("startTime"))
			to, _ := time.Parse(time.RFC3339, r.URL.Query().Get("endTime"))
			body := `{"data":[],"pagination":{}}`
			// It was made five seconds ago, and a list that ends now would cut off what comes behind.
			if made := theirs.Add(-5 * time.Second); !made.Before(from) && !theirs.Add(time.Minute).After(to) {
				body = `{"data":[{"id":"41","mechanicNotes":"Waybill 01890a5dac96774bbcceb302099a8058"}],"pagination":{}}`
			}
			_, _ = io.WriteString(w, body)
		})
		w := write(t, createDVIR, `{"driver_id":`+ourDriver+`,"vehicle_id":`+ourVehicle+`,"log_type":"mechanic"}`)
		got, found, err := s.(tsp.Finder).Find(t.Context(), w)
		if err != nil || !found || got.SourceID != "41" || asked > 2 {
			t.Errorf("%v ahead: found = %v as %+v after %d lists, %v", ahead, found, got, asked, err)
		}
	}
}

func TestALookUpReadsListsOfLongRecords(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 4000)
	s, _ := session(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"data":[`+strings.Repeat(`{"id":"1","mechanicNotes":"`+long+`","driverId":5,"text":"`+long+`"},`, 500)+
			`{"id":"41","mechanicNotes":"Waybill 01890a5dac96774bbcceb302099a8058","driverId":`+driverID+`,"text":"hello"}],"pagination":{}}`)
	})
	for _, w := range []tsp.Write{message(t, "hello"),
		write(t, createDVIR, `{"driver_id":`+ourDriver+`,"vehicle_id":`+ourVehicle+`,"log_type":"mechanic"}`)} {
		if _, found, err := s.(tsp.Finder).Find(t.Context(), w); err != nil || !found {
			t.Errorf("%s: found = %v, %v", w.Capability, found, err)
		}
	}
}

func TestADashboardUserIsFoundAsSamsaraMayKeepTheName(t *testing.T) {
	t.Parallel()
	for user, want := range map[string]bool{
		`{"id":"7","name":"Ren\u00e9 Roe","email":"Rene@fleet.example"}`:  true,
		`{"id":"7","name":"Ren\u00e9 Roe","email":"other@fleet.example"}`: false,
		`{"id":"7","name":"Ren\u00e9 Doe","email":"rene@fleet.example"}`:  false,
	} {
		s, _ := sessionWith(t, roles, answer(200, jsonType, `{"data":[`+user+`],"pagination":{}}`))
		w := write(t, createUser, `{"first_name":"Rene\u0301","last_name":"Roe ","user_email":"rene@fleet.example","is_driver":false}`)
		if _, found, err := s.(tsp.Finder).Find(t.Context(), w); err != nil || found != want {
			t.Errorf("%s: found = %v, %v", user, found, err)
		}
	}
}

// TestARefusalThatNamesTheOperationIsLookedFor has a Samsara that has taken an earlier attempt.
func TestARefusalThatNamesTheOperationIsLookedFor(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]tsp.Class{
		"external id waybillOperation:01890a5dac96774bbcceb302099a8058 is already used by object 281474976710681": tsp.Unknown,
		"external id fleet:T-900 is already used by object 281474976710681":                                       tsp.Rejected,
	} {
		s, _ := sessionWith(t, beta, func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Method == http.MethodPost:
				answer(400, jsonType, `{"message":"`+said+`"}`)(w, r)
			case r.URL.Path == "/assets":
				answer(200, jsonType, `{"data":[{"id":"281474976710681","externalIds":{"waybillOperation":"01890a5dac96774bbcceb302099a8058"}}]}`)(w, r)
			default:
				answer(200, jsonType, `{"data":{"id":"281474976710681"}}`)(w, r)
			}
		})
		for _, w := range []tsp.Write{write(t, createVehicle, `{"vehicle_name":"T-900"}`), write(t, createTrailer, `{"trailer_name":"R-1"}`),
			write(t, createUser, `{"first_name":"A","last_name":"B","username":"ab"}`)} {
			_, err := s.Write(t.Context(), w)
			wantClass(t, err, want)
			if got, found, err := s.(tsp.Finder).Find(t.Context(), w); err != nil || !found || got.SourceID != "281474976710681" {
				t.Errorf("%s: found = %v as %+v, %v", w.Capability, found, got, err)
			}
		}
	}
}
